//! One turn of the loop: snapshot, delta, judgement, alerts, signs of life.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use detector_common::{time::Nanos, tuning::Tuning};
use nix::time::{ClockId, clock_gettime};
use ulid::Ulid;

use super::{
    idle::Idle,
    memory::{Memory, outdated},
    signs::{Signs, Vitals},
};
use crate::{
    alert::Alerts,
    event::Body,
    failure::Failure,
    judge::Judge,
    kernel::Kernel,
    moment::Moment,
    observer::Observer,
    sink::{Delivery, Lines},
    snapshot::{Snapshot, deltas, network},
};

/// Everything that lasts from one turn to the next. Dropping it detaches the programs.
pub(super) struct Poll {
    kernel: Kernel,
    tuning: Tuning,
    observer: Observer,
    judge: Judge,
    alerts: Alerts,
    before: Snapshot,
    idle: Idle,
    memory: Memory,
    signs: Signs,
}

impl Poll {
    pub(super) fn new(kernel: Kernel, tuning: Tuning, observer: Observer) -> Self {
        Self {
            kernel,
            tuning,
            observer,
            judge: Judge::default(),
            alerts: Alerts::new(new_id),
            before: Snapshot::new(),
            idle: Idle::default(),
            memory: Memory::default(),
            signs: Signs::default(),
        }
    }

    pub(super) fn tick(
        &mut self,
        now: Moment,
        lines: &mut Lines<impl Write>,
    ) -> Result<Delivery, Failure> {
        let begun = Instant::now();
        self.kernel.flush_log();
        let snapshot = self.kernel.snapshot()?;
        let changes = deltas(&self.before, &snapshot, &self.tuning);
        let ranges = self.judge.observe(now, &changes);
        self.observer.is_map_full = self.signs.has_losses();
        for alert in self.alerts.reconcile(now, &ranges, &self.observer) {
            if lines.tell(&now.wall, Body::Alert(&alert))? == Delivery::Closed {
                return Ok(Delivery::Closed);
            }
        }
        self.idle.note(&self.before, &snapshot, now.monotonic);
        self.before = snapshot;
        self.forget_idle(now)?;
        self.thin_memory(now)?;
        let vitals = Vitals {
            prefixes: self.before.len(),
            alerts_firing: self.alerts.firing(),
            poll: begun.elapsed(),
        };
        self.signs.give(now, &self.kernel.totals()?, vitals, lines)
    }

    fn forget_idle(&mut self, now: Moment) -> Result<(), Failure> {
        let is_kept = |key: &_| self.judge.is_suspected(&network(*key, &self.tuning));
        for key in self.idle.take_expired(now.monotonic, is_kept) {
            self.kernel.forget_prefix(&key)?;
            self.before.remove(&key);
            self.judge.forget(&network(key, &self.tuning));
        }
        Ok(())
    }

    fn thin_memory(&mut self, now: Moment) -> Result<(), Failure> {
        if !self.memory.is_due(now) {
            return Ok(());
        }
        for key in outdated(self.kernel.destinations()?, kernel_clock()?) {
            self.kernel.forget_destination(&key)?;
        }
        Ok(())
    }
}

/// The clock that the programs read, `bpf_ktime_get_ns`.
fn kernel_clock() -> Result<Nanos, Failure> {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC)
        .map_err(|errno| Failure::Failed(format!("monotonic clock: {errno}")))?;
    let nanos = u64::try_from(Duration::from(now).as_nanos()).unwrap_or(u64::MAX);
    Ok(Nanos(nanos))
}

/// A sortable identity with the time of its making in it.
fn new_id(now: Moment) -> Ulid {
    Ulid::from_datetime(now.wall.into())
}
