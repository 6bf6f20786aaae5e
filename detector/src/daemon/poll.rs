//! One turn of the loop: the watch's own, then signs of life.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use detector_common::{time::Nanos, tuning::Tuning};
use nix::time::{ClockId, clock_gettime};

use super::signs::{Signs, Vitals};
use crate::{
    config::Settings,
    event::Body,
    failure::Failure,
    kernel::Kernel,
    moment::Moment,
    observer::Observer,
    sink::{Delivery, Lines},
    watch::{Watch, new_id},
};

/// Everything that lasts from one turn to the next. Dropping it detaches the programs.
pub(super) struct Poll {
    watch: Watch<Kernel>,
    signs: Signs,
}

impl Poll {
    pub(super) fn new(
        kernel: Kernel,
        tuning: Tuning,
        observer: Observer,
        settings: Settings,
    ) -> Self {
        Self {
            watch: Watch::new(kernel, tuning, observer, new_id).knowing(settings),
            signs: Signs::default(),
        }
    }

    pub(super) fn tick(
        &mut self,
        now: Moment,
        lines: &mut Lines<impl Write>,
    ) -> Result<Delivery, Failure> {
        let begun = Instant::now();
        self.watch.source.flush_log();
        let expired = self.watch.ignore.take_expired(now.wall);
        if lines.tell_all(&now.wall, expired.iter().map(Body::Config))? == Delivery::Closed {
            return Ok(Delivery::Closed);
        }
        for alert in self.watch.turn(now, kernel_clock()?)? {
            if lines.tell(&now.wall, Body::Alert(&alert))? == Delivery::Closed {
                return Ok(Delivery::Closed);
            }
        }
        let vitals = Vitals {
            prefixes: self.watch.prefixes(),
            alerts_firing: self.watch.firing(),
            alerts_untold: self.watch.untold(),
            ignored: self.watch.ignore.ignored(),
            poll: begun.elapsed(),
        };
        let totals = self.watch.source.totals()?;
        self.signs.give(now, &totals, vitals, lines)
    }
}

/// The clock that the programs read, `bpf_ktime_get_ns`.
fn kernel_clock() -> Result<Nanos, Failure> {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC)
        .map_err(|errno| Failure::Failed(format!("monotonic clock: {errno}")))?;
    let nanos = u64::try_from(Duration::from(now).as_nanos()).unwrap_or(u64::MAX);
    Ok(Nanos(nanos))
}
