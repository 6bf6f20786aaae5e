//! Which connection a packet belongs to, and which one is over because of it.
//!
//! Must not know: what a connection came to, or who is told.

use detector_common::{
    flow::{Direction, FlowKey, FlowState},
    packet::Packet,
    time::Nanos,
};

use super::{
    book::{Book, Entry},
    subject::{Frame, Subject},
};
use crate::failure::Failure;

/// A connection that is over; without a state where its beginning was not seen.
pub(super) struct Over {
    pub(super) key: FlowKey,
    pub(super) entry: Entry,
    pub(super) state: Option<FlowState>,
}

/// All connections that are not over.
pub(super) struct Connections {
    /// Those that the engine follows.
    followed: Book,
    /// Those whose beginning was not seen.
    strays: Book,
    begun: u64,
}

impl Connections {
    pub(super) fn new() -> Self {
        Self {
            followed: Book::new(),
            strays: Book::new(),
            begun: 0,
        }
    }

    /// Shows a packet to `subject`, and returns the connections that it ends.
    pub(super) fn observe(
        &mut self,
        subject: &mut impl Subject,
        frame: Frame<'_>,
        packet: &Packet,
        direction: Direction,
    ) -> Result<Vec<Over>, Failure> {
        let Some(key) = FlowKey::of(packet, direction) else {
            return Ok(Vec::new());
        };
        if direction == Direction::Out && packet.may_begin() {
            return self.ask(subject, frame, packet, key);
        }
        subject.observe(frame, packet, direction)?;
        let over = packet.tcp().and_then(|_segment| self.hear(key, frame.at));
        Ok(over.into_iter().collect())
    }

    /// All that are left, in the order of their first packets.
    pub(super) fn finish(&mut self, subject: &impl Subject) -> Result<Vec<Over>, Failure> {
        let mut left = self.followed.drain();
        left.extend(self.strays.drain());
        left.sort_by_key(|(_, entry)| *entry);
        let over = left.into_iter().map(|(key, entry)| {
            let state = subject.flow(&key)?;
            Ok(Over { key, entry, state })
        });
        over.collect()
    }

    /// Our side's SYN or Initial: a new connection, unless the engine takes it for the old one's.
    fn ask(
        &mut self,
        subject: &mut impl Subject,
        frame: Frame<'_>,
        packet: &Packet,
        key: FlowKey,
    ) -> Result<Vec<Over>, Failure> {
        let before = subject.flow(&key)?;
        subject.observe(frame, packet, Direction::Out)?;
        let after = subject.flow(&key)?;
        if self.followed.hear(&key) && beginning(before) == beginning(after) {
            return Ok(Vec::new());
        }
        let replaced = [
            (self.followed.close(&key), before),
            (self.strays.close(&key), None),
        ];
        let replaced = replaced.into_iter().filter_map(|(entry, state)| {
            let entry = entry?;
            Some(Over { key, entry, state })
        });
        let mut over: Vec<Over> = replaced.collect();
        over.extend(self.open(subject, key, frame.at)?);
        Ok(over)
    }

    /// Any other segment: of a connection that is followed, or of one that began too early.
    fn hear(&mut self, key: FlowKey, at: Nanos) -> Option<Over> {
        if self.followed.hear(&key) || self.strays.hear(&key) {
            return None;
        }
        let entry = self.entry(at);
        let (key, entry) = self.strays.open(key, entry)?;
        Some(Over {
            key,
            entry,
            state: None,
        })
    }

    /// Returns the connection that had to go for it, if one had to.
    fn open(
        &mut self,
        subject: &mut impl Subject,
        key: FlowKey,
        at: Nanos,
    ) -> Result<Option<Over>, Failure> {
        let entry = self.entry(at);
        let Some((key, entry)) = self.followed.open(key, entry) else {
            return Ok(None);
        };
        let state = subject.flow(&key)?;
        subject.forget_flow(&key)?;
        Ok(Some(Over { key, entry, state }))
    }

    const fn entry(&mut self, begun: Nanos) -> Entry {
        self.begun += 1;
        Entry {
            number: self.begun,
            begun,
        }
    }
}

/// What tells a new connection from the old one on the same ports.
fn beginning(state: Option<FlowState>) -> Option<(Nanos, u32)> {
    state.map(|state| (state.syn_at, state.client_isn))
}
