//! One packet after the other: which way it goes, which connection it belongs to, and which
//! connection is over because of it.

use std::{
    collections::BTreeSet,
    io::Write,
    sync::atomic::{AtomicU64, Ordering},
};

use detector_common::{
    flow::{Conclusion, Direction, FlowKey, FlowState, protocol},
    mark::Marks,
    packet::{Packet, parse},
    time::Nanos,
    tuning::Tuning,
    verdict::{Stage, Verdict},
    wire::udp::Datagram,
};
use ulid::Ulid;

use super::{
    book::{Book, Entry},
    side::{Sides, Way},
    subject::{Frame, Subject},
    tally::Tally,
    ticks::Ticks,
};
use crate::{
    capture::{Link, Record},
    event::{Body, flow::FlowEvent},
    failure::Failure,
    moment::Moment,
    observer::Observer,
    sink::{Delivery, Lines},
    watch::Watch,
};

/// What is said of a connection whose beginning was not seen.
const INCOMPLETE: Conclusion = Conclusion {
    verdict: Verdict::Incomplete,
    stage: Stage::LaterInFlow,
    marks: Marks(0),
    rtt: None,
};

/// A replay under way.
pub(super) struct Driver<S> {
    watch: Watch<S>,
    sides: Sides,
    tuning: Tuning,
    tells_flows: bool,
    ticks: Ticks,
    tally: Tally,
    /// Connections that the engine follows.
    followed: Book,
    /// Connections whose beginning was not seen.
    strays: Book,
    begun: u64,
    unknown_links: BTreeSet<u32>,
}

impl<S: Subject> Driver<S> {
    pub(super) fn new(subject: S, sides: Sides, tuning: Tuning, tells_flows: bool) -> Self {
        Self {
            watch: Watch::new(subject, tuning, observer(S::MODE), next_id),
            sides,
            tuning,
            tells_flows,
            ticks: Ticks::default(),
            tally: Tally::default(),
            followed: Book::new(),
            strays: Book::new(),
            begun: 0,
            unknown_links: BTreeSet::new(),
        }
    }

    /// Takes in one packet, and the turns that were due before it.
    pub(super) fn observe(
        &mut self,
        record: &Record,
        lines: &mut Lines<impl Write>,
    ) -> Result<Delivery, Failure> {
        for at in self.ticks.due(record.at) {
            if self.turn(at, lines)? == Delivery::Closed {
                return Ok(Delivery::Closed);
            }
        }
        self.tally.packet(record.at);
        let link = match record.link {
            Link::Known(link) => link,
            Link::Unknown(number) => {
                self.leave_out(number);
                return Ok(Delivery::Written);
            }
        };
        let frame = Frame {
            bytes: record.captured(),
            link,
            at: record.at,
        };
        match parse(&frame.bytes, link) {
            Ok(packet) => self.follow(frame, &packet, lines),
            Err(skip) => {
                self.watch.source.skip(frame, skip)?;
                Ok(Delivery::Written)
            }
        }
    }

    /// Takes the last turns, tells what is left and sums up.
    pub(super) fn finish(mut self, lines: &mut Lines<impl Write>) -> Result<Delivery, Failure> {
        for at in self.ticks.last() {
            if self.turn(at, lines)? == Delivery::Closed {
                return Ok(Delivery::Closed);
            }
        }
        let mut left = self.followed.drain();
        left.extend(self.strays.drain());
        left.sort_by_key(|(_, entry)| *entry);
        for (key, entry) in left {
            let state = self.watch.source.flow(&key)?;
            if self.conclude(&key, entry, state, lines)? == Delivery::Closed {
                return Ok(Delivery::Closed);
            }
        }
        let summary = self.tally.summary(&self.watch.source)?;
        lines.tell(&self.tally.end().wall, Body::Summary(&summary))
    }

    fn turn(&mut self, at: Nanos, lines: &mut Lines<impl Write>) -> Result<Delivery, Failure> {
        let losses = self.watch.source.losses()?;
        self.watch.observer.is_map_full = losses.iter().any(|lost| *lost > 0);
        let now = Moment::of_capture(at);
        for alert in self.watch.turn(now, at)? {
            self.tally.alert(&alert);
            if lines.tell(&now.wall, Body::Alert(&alert))? == Delivery::Closed {
                return Ok(Delivery::Closed);
            }
        }
        Ok(Delivery::Written)
    }

    fn leave_out(&mut self, link: u32) {
        self.tally.unknown_links += 1;
        if self.unknown_links.insert(link) {
            tracing::warn!(
                "packets of link type {link} are left out; capture on a device with Ethernet or IP"
            );
        }
    }

    fn follow(
        &mut self,
        frame: Frame<'_>,
        packet: &Packet,
        lines: &mut Lines<impl Write>,
    ) -> Result<Delivery, Failure> {
        let direction = match self.sides.way(packet) {
            Way::Ours(direction) => direction,
            Way::Inbound { is_first } => {
                self.tally.inbound += u64::from(is_first);
                return Ok(Delivery::Written);
            }
        };
        if let Some(segment) = packet.tcp() {
            let key = FlowKey::of(packet, segment, direction);
            if segment.flags.is_syn() && direction == Direction::Out {
                return self.ask(frame, packet, key, lines);
            }
            self.watch.source.observe(frame, packet, direction)?;
            return self.hear(key, frame.at, lines);
        }
        self.watch.source.observe(frame, packet, direction)?;
        match packet.udp() {
            Some(datagram) => {
                let key = datagram_key(packet, *datagram, direction);
                self.hear_datagram(key, frame.at, lines)
            }
            None => Ok(Delivery::Written),
        }
    }

    /// Our side's SYN: a new connection, unless the engine takes it for the old one's.
    fn ask(
        &mut self,
        frame: Frame<'_>,
        packet: &Packet,
        key: FlowKey,
        lines: &mut Lines<impl Write>,
    ) -> Result<Delivery, Failure> {
        let before = self.watch.source.flow(&key)?;
        self.watch.source.observe(frame, packet, Direction::Out)?;
        let after = self.watch.source.flow(&key)?;
        let is_known = self.followed.hear(&key);
        if is_known && isn(before) == isn(after) {
            return Ok(Delivery::Written);
        }
        let replaced = [self.followed.close(&key), self.strays.close(&key)];
        for (entry, state) in replaced.into_iter().zip([before, None]) {
            if let Some(entry) = entry
                && self.conclude(&key, entry, state, lines)? == Delivery::Closed
            {
                return Ok(Delivery::Closed);
            }
        }
        self.open(key, frame.at, lines)
    }

    /// Any other segment: of a connection that is followed, or of one that began too early.
    fn hear(
        &mut self,
        key: FlowKey,
        at: Nanos,
        lines: &mut Lines<impl Write>,
    ) -> Result<Delivery, Failure> {
        if self.followed.hear(&key) || self.strays.hear(&key) {
            return Ok(Delivery::Written);
        }
        let entry = self.entry(at);
        match self.strays.open(key, entry) {
            Some((key, entry)) => self.conclude(&key, entry, None, lines),
            None => Ok(Delivery::Written),
        }
    }

    /// A datagram is of a connection where the engine says so.
    fn hear_datagram(
        &mut self,
        key: FlowKey,
        at: Nanos,
        lines: &mut Lines<impl Write>,
    ) -> Result<Delivery, Failure> {
        if self.followed.hear(&key) || self.watch.source.flow(&key)?.is_none() {
            return Ok(Delivery::Written);
        }
        self.open(key, at, lines)
    }

    fn open(
        &mut self,
        key: FlowKey,
        at: Nanos,
        lines: &mut Lines<impl Write>,
    ) -> Result<Delivery, Failure> {
        let entry = self.entry(at);
        let Some((key, entry)) = self.followed.open(key, entry) else {
            return Ok(Delivery::Written);
        };
        let state = self.watch.source.flow(&key)?;
        self.watch.source.forget_flow(&key)?;
        self.conclude(&key, entry, state, lines)
    }

    const fn entry(&mut self, begun: Nanos) -> Entry {
        self.begun += 1;
        Entry {
            number: self.begun,
            begun,
        }
    }

    /// Tells what a connection came to.
    fn conclude(
        &mut self,
        key: &FlowKey,
        entry: Entry,
        state: Option<FlowState>,
        lines: &mut Lines<impl Write>,
    ) -> Result<Delivery, Failure> {
        let conclusion = state.map_or(INCOMPLETE, |state| state.conclude());
        self.tally.connection(conclusion.verdict);
        if !self.tells_flows {
            return Ok(Delivery::Written);
        }
        let event = FlowEvent::new(key, &conclusion, &self.tuning);
        let begun = Moment::of_capture(entry.begun);
        lines.tell(&begun.wall, Body::Flow(&event))
    }
}

/// What tells a new connection from the old one on the same ports.
fn isn(state: Option<FlowState>) -> Option<u32> {
    state.map(|state| state.client_isn)
}

const fn datagram_key(packet: &Packet, datagram: Datagram, direction: Direction) -> FlowKey {
    let source = (packet.source, datagram.source_port);
    let destination = (packet.destination, datagram.destination_port);
    let (remote, local) = match direction {
        Direction::In => (source, destination),
        Direction::Out => (destination, source),
    };
    FlowKey {
        remote: remote.0,
        local: local.0,
        remote_port: remote.1,
        local_port: local.1,
        protocol: protocol::UDP,
        zero: 0,
    }
}

/// Neither this host nor any interface of it has seen the packets.
fn observer(mode: &str) -> Observer {
    Observer {
        host: "replay".to_owned(),
        mode: mode.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..Observer::default()
    }
}

/// Without chance, so that a capture is told the same way every time.
fn next_id(now: Moment) -> Ulid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let millis = u64::try_from(now.wall.as_millisecond()).unwrap_or_default();
    Ulid::from_parts(millis, NEXT.fetch_add(1, Ordering::Relaxed).into())
}
