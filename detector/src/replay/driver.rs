//! One packet after the other, the watch's turns between them, and what is told of it all.

use std::{
    collections::BTreeSet,
    io::Write,
    sync::atomic::{AtomicU64, Ordering},
};

use detector_common::{
    flow::Conclusion,
    mark::Marks,
    packet::{Packet, parse},
    time::Nanos,
    tuning::Tuning,
    verdict::{Stage, Verdict},
};
use ulid::Ulid;

use super::{
    connections::{Connections, Over},
    side::Sides,
    subject::{Frame, Subject},
    tally::Tally,
    ticks::Ticks,
};
use crate::{
    capture::{Link, Record},
    config::Settings,
    event::{Body, flow::FlowEvent},
    failure::Failure,
    moment::Moment,
    observer::Observer,
    sink::{Delivery, Lines, Tell as _},
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
    tuning: Tuning,
    tells_flows: bool,
    ticks: Ticks,
    tally: Tally,
    connections: Connections,
    unknown_links: BTreeSet<u32>,
}

impl<S: Subject> Driver<S> {
    pub(super) fn new(
        subject: S,
        sides: Sides,
        tuning: Tuning,
        tells_flows: bool,
        settings: Settings,
    ) -> Self {
        let watch = Watch::new(subject, tuning, observer(S::MODE), next_id);
        Self {
            watch: watch.knowing(settings),
            tuning,
            tells_flows,
            ticks: Ticks::default(),
            tally: Tally::default(),
            connections: Connections::new(sides),
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
        let left = self.connections.finish(&self.watch.source)?;
        if self.conclude(left, lines)? == Delivery::Closed {
            return Ok(Delivery::Closed);
        }
        self.tally.inbound = self.connections.inbound;
        let ignored = self.watch.ignore.ignored();
        let summary = self.tally.summary(&self.watch.source, ignored)?;
        lines.tell(&self.tally.end().wall, Body::Summary(&summary))
    }

    fn turn(&mut self, at: Nanos, lines: &mut Lines<impl Write>) -> Result<Delivery, Failure> {
        let now = Moment::of_capture(at);
        let expired = self.watch.ignore.take_expired(now.wall);
        if lines.tell_all(&now.wall, expired.iter().map(Body::Config))? == Delivery::Closed {
            return Ok(Delivery::Closed);
        }
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
        let subject = &mut self.watch.source;
        let over = self.connections.observe(subject, frame, packet)?;
        self.conclude(over, lines)
    }

    /// Tells what connections came to.
    fn conclude(
        &mut self,
        over: Vec<Over>,
        lines: &mut Lines<impl Write>,
    ) -> Result<Delivery, Failure> {
        if self.tells_flows && !over.is_empty() {
            self.watch.gather()?;
        }
        for Over { entry, state } in over {
            let conclusion = state.map_or(INCOMPLETE, |state| state.conclude());
            self.tally.connection(conclusion.verdict);
            if !self.tells_flows {
                continue;
            }
            let traces = &self.watch.traces;
            let event = FlowEvent {
                injector: state.and_then(|it| traces.injector(&entry.key, it.syn_at)),
                ..FlowEvent::new(&entry.key, &conclusion, &self.tuning)
            };
            let begun = Moment::of_capture(entry.begun);
            if lines.tell(&begun.wall, Body::Flow(&event))? == Delivery::Closed {
                return Ok(Delivery::Closed);
            }
        }
        Ok(Delivery::Written)
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
