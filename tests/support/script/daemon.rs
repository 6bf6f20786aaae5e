//! The detector's daemon without kernel, interfaces and clock: scripted frames through the engine, and once a
//! second the same judgement as of live maps, told in the same lines.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use anyhow::Context as _;
use detector::{
    engine::Engine,
    event::Body,
    moment::Moment,
    observer::Observer,
    sink::{Lines, Tell as _},
    watch::Watch,
};
use detector_common::{time::Nanos, tuning::Tuning};
use jiff::Timestamp;
use serde_json::Value;
use ulid::Ulid;

use super::Script;
use crate::{address::WAN_INTERFACE, frames::Link};

/// What the wall clock shows when the script begins: 2026-01-01.
const BEGIN: Timestamp = Timestamp::constant(1_767_225_600, 0);
const POLL: Duration = Duration::from_secs(1);

/// The daemon over a script.
pub struct Daemon {
    /// The traffic that it sees.
    pub script: Script,
    now: Duration,
    watch: Watch<Engine>,
}

impl Daemon {
    /// A daemon that has seen nothing.
    pub fn new(script: Script) -> Self {
        let tuning = Tuning::default();
        Self {
            script,
            now: Duration::ZERO,
            watch: Watch::new(Engine::new(tuning), tuning, observer(), next_id),
        }
    }

    /// The script's time.
    pub const fn now(&self) -> Duration {
        self.now
    }

    /// Plays one more second of the script, and returns the events that the daemon then prints.
    ///
    /// # Errors
    /// When a turn fails, or an event cannot be written, or is no JSON.
    pub fn second(&mut self) -> anyhow::Result<Vec<Value>> {
        self.now += POLL;
        self.see();
        let now = moment(self.now);
        let mut lines = Vec::new();
        for alert in self.watch.turn(now, nanos(self.now))? {
            Lines::new(&mut lines).tell(&now.wall, Body::Alert(&alert))?;
        }
        parse(&lines)
    }

    fn see(&mut self) {
        let engine = &mut self.watch.source;
        self.script.play(self.now, |at, frame| {
            let link = Link::ETHERNET.layer();
            engine.observe(&frame.bytes, link, frame.direction, nanos(at));
        });
    }
}

fn nanos(span: Duration) -> Nanos {
    Nanos(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX))
}

fn moment(now: Duration) -> Moment {
    Moment {
        monotonic: now,
        wall: BEGIN + now,
    }
}

fn observer() -> Observer {
    Observer {
        host: "scripted".to_owned(),
        iface: vec![WAN_INTERFACE.to_owned()],
        mode: "scripted".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..Observer::default()
    }
}

/// Without chance, so that a script ends the same way every time.
fn next_id(now: Moment) -> Ulid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let millis = u64::try_from(now.wall.as_millisecond()).unwrap_or_default();
    Ulid::from_parts(millis, NEXT.fetch_add(1, Ordering::Relaxed).into())
}

fn parse(lines: &[u8]) -> anyhow::Result<Vec<Value>> {
    lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).context("an event is no JSON"))
        .collect()
}
