//! One turn of the loop: snapshot, delta, judgement, alerts, signs of life.

use std::{io::Write, time::Instant};

use detector_common::tuning::Tuning;
use ulid::Ulid;

use super::{
    idle::Idle,
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
            self.kernel.forget(&key)?;
            self.before.remove(&key);
            self.judge.forget(&network(key, &self.tuning));
        }
        Ok(())
    }
}

/// A sortable identity with the time of its making in it.
fn new_id(now: Moment) -> Ulid {
    Ulid::from_datetime(now.wall.into())
}
