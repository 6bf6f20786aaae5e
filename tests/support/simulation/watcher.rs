//! The shipped judge over the ledger, and what the simulation wants to know of an alert. All that the simulation knows
//! of the judge's interface is in this file.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use detector::{
    event::alert::{AlertEvent, Grade, State},
    moment::Moment,
    observer::Observer,
    watch::Watch,
};
use detector_common::{time::Nanos, tuning::Tuning};
use ipnet::IpNet;
use jiff::Timestamp;
use ulid::Ulid;

use super::ledger::Ledger;

/// What the wall clock shows when a simulation begins: 2026-01-01.
const BEGIN: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// An alert event in brief.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The alert's identity.
    pub id: Ulid,
    /// Whether the alert fires.
    pub is_new: bool,
    /// Whether it is resolved.
    pub is_over: bool,
    /// Whether it is more than suspected.
    pub is_confirmed: bool,
    /// What it accuses; `None` where it is about our own uplink.
    pub range: Option<IpNet>,
    /// Blocked prefixes in there.
    pub members: usize,
    /// When it began.
    pub since: Duration,
}

/// A judge that watches a ledger.
pub struct Watcher {
    watch: Watch<Ledger>,
}

impl Default for Watcher {
    fn default() -> Self {
        let (ledger, tuning) = (Ledger::default(), Tuning::default());
        Self {
            watch: Watch::new(ledger, tuning, Observer::default(), next_id),
        }
    }
}

impl Watcher {
    /// The counters.
    pub const fn ledger(&mut self) -> &mut Ledger {
        &mut self.watch.source
    }

    /// One poll.
    ///
    /// # Panics
    /// Never: a ledger can always be read.
    #[expect(clippy::expect_used, reason = "no method of a ledger fails")]
    pub fn turn(&mut self, now: Duration) -> Vec<Notice> {
        let moment = Moment {
            monotonic: now,
            wall: BEGIN + now,
        };
        let events = self
            .watch
            .turn(moment, nanos(now))
            .expect("a ledger can be read");
        events.iter().map(notice).collect()
    }

    /// Alerts that are firing.
    pub fn firing(&self) -> usize {
        self.watch.firing()
    }
}

fn notice(event: &AlertEvent) -> Notice {
    Notice {
        id: event.id,
        is_new: event.state == State::Firing,
        is_over: event.state == State::Resolved,
        is_confirmed: event.details.grade == Grade::Confirmed,
        range: event.details.prefix,
        members: event.details.members_total,
        since: event.since.monotonic,
    }
}

/// The simulation's time as the counters are stamped with.
pub(super) fn nanos(span: Duration) -> Nanos {
    Nanos(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX))
}

/// Without chance, so that a simulation ends the same way every time.
fn next_id(now: Moment) -> Ulid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let millis = u64::try_from(now.wall.as_millisecond()).unwrap_or_default();
    Ulid::from_parts(millis, NEXT.fetch_add(1, Ordering::Relaxed).into())
}
