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
    side::{Ends, Sides, Way},
    subject::{Frame, Subject},
};
use crate::failure::Failure;

/// A connection that is over; without a state where its beginning was not seen.
pub(super) struct Over {
    pub(super) entry: Entry,
    pub(super) state: Option<FlowState>,
}

/// All connections that are not over.
pub(super) struct Connections {
    sides: Sides,
    book: Book,
    begun: u64,
    /// Connections that were begun from outside.
    pub(super) inbound: u64,
}

impl Connections {
    pub(super) fn new(sides: Sides) -> Self {
        Self {
            sides,
            book: Book::new(),
            begun: 0,
            inbound: 0,
        }
    }

    /// Shows a packet to `subject`, unless it is of a connection from outside, and returns the
    /// connections that it ends.
    pub(super) fn observe(
        &mut self,
        subject: &mut impl Subject,
        frame: Frame<'_>,
        packet: &Packet,
    ) -> Result<Vec<Over>, Failure> {
        let Some(ends) = Ends::of(packet) else {
            self.observe_error(subject, frame, packet)?;
            return Ok(Vec::new());
        };
        let sides = &self.sides;
        let (known, gone) = self.book.hear(&ends.key(), || sides.pair(&ends));
        let direction = match known.pair.way(&ends) {
            Way::Ours(direction) => direction,
            Way::Inbound { is_first } => {
                self.inbound += u64::from(is_first);
                return Ok(unseen(gone));
            }
        };
        let key = ends.connection(direction);
        if direction == Direction::Out && packet.may_begin() {
            let mut over = unseen(gone);
            over.extend(self.ask(subject, frame, packet, (&ends, key))?);
            return Ok(over);
        }
        // Any other segment is of a connection that is followed, or of one that began too early.
        if known.entry.is_none() && packet.tcp().is_some() {
            known.entry = Some(entry(&mut self.begun, key, frame.at));
        }
        subject.observe(frame, packet, direction)?;
        Ok(unseen(gone))
    }

    /// All that are left, in the order of their first packets.
    pub(super) fn finish(&mut self, subject: &impl Subject) -> Result<Vec<Over>, Failure> {
        let left = self.book.drain().into_iter();
        let over = left.map(|entry| {
            let state = subject.flow(&entry.key)?;
            Ok(Over { entry, state })
        });
        over.collect()
    }

    fn observe_error(
        &self,
        subject: &mut impl Subject,
        frame: Frame<'_>,
        packet: &Packet,
    ) -> Result<(), Failure> {
        let Some(error) = packet.icmp_error() else {
            return Ok(());
        };
        let direction = self.sides.way_of_error(packet, error);
        subject.observe(frame, packet, direction)
    }

    /// Our side's SYN or Initial: a new connection, unless the engine takes it for the old one's.
    fn ask(
        &mut self,
        subject: &mut impl Subject,
        frame: Frame<'_>,
        packet: &Packet,
        (ends, key): (&Ends, FlowKey),
    ) -> Result<Vec<Over>, Failure> {
        let before = subject.flow(&key)?;
        subject.observe(frame, packet, Direction::Out)?;
        let after = subject.flow(&key)?;
        let (replaced, is_followed) = self.book.entry(&ends.key());
        if is_followed && beginning(before) == beginning(after) {
            return Ok(Vec::new());
        }
        let state = before.filter(|_| is_followed);
        let replaced = replaced.map(|entry| Over { entry, state });
        let mut over: Vec<Over> = replaced.into_iter().collect();
        let entry = entry(&mut self.begun, key, frame.at);
        if let Some(entry) = self.book.follow(&ends.key(), entry) {
            let state = subject.flow(&entry.key)?;
            subject.forget_flow(&entry.key)?;
            over.push(Over { entry, state });
        }
        Ok(over)
    }
}

/// The next connection's.
const fn entry(begun: &mut u64, key: FlowKey, at: Nanos) -> Entry {
    *begun += 1;
    Entry {
        key,
        number: *begun,
        begun: at,
    }
}

/// A connection whose beginning was not seen has no state.
fn unseen(gone: Option<Entry>) -> Vec<Over> {
    let over = gone.map(|entry| Over { entry, state: None });
    over.into_iter().collect()
}

/// What tells a new connection from the old one on the same ports.
fn beginning(state: Option<FlowState>) -> Option<(Nanos, u32)> {
    state.map(|state| (state.syn_at, state.client_isn))
}
