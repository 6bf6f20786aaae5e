//! The daemon's clocks.

use std::time::{Duration, Instant};

use detector_common::time::Nanos;
use jiff::Timestamp;
use nix::time::{ClockId, clock_gettime};

use crate::{failure::Failure, moment::Moment};

/// Tells moments. Spans begin with 1970 on the wall clock as it stood at the start and never step
/// after that, so that a moment saved before a restart stays comparable. Where the wall clock was
/// set back meanwhile they go on from what was saved: no moment is ever ahead.
pub(super) struct Clock {
    began: Instant,
    since_1970: Duration,
}

impl Clock {
    /// A clock whose spans are `at_least` that long.
    pub(super) fn start(at_least: Duration) -> Self {
        let since_1970 = Timestamp::now().duration_since(Timestamp::UNIX_EPOCH);
        Self {
            began: Instant::now(),
            // A clock that was never set may show a time before 1970.
            since_1970: Duration::try_from(since_1970)
                .unwrap_or(Duration::ZERO)
                .max(at_least),
        }
    }

    pub(super) fn now(&self) -> Moment {
        Moment {
            monotonic: self.since_1970 + self.began.elapsed(),
            wall: Timestamp::now(),
        }
    }
}

/// The clock that the programs read, `bpf_ktime_get_ns`.
pub(super) fn kernel_clock() -> Result<Nanos, Failure> {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC)
        .map_err(|errno| Failure::Failed(format!("monotonic clock: {errno}")))?;
    let nanos = u64::try_from(Duration::from(now).as_nanos()).unwrap_or(u64::MAX);
    Ok(Nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_begin_on_the_wall_clock_and_a_later_start_is_later() {
        let earlier = Clock::start(Duration::ZERO).now();
        let later = Clock::start(Duration::ZERO).now();
        let since_1970 = Duration::from_secs(earlier.wall.as_second().unsigned_abs());
        assert!(earlier.monotonic.abs_diff(since_1970) < Duration::from_hours(1));
        assert!(later.is_after(&earlier));
    }

    #[test]
    fn a_wall_clock_that_was_set_back_sets_no_span_back() {
        let ahead = Clock::start(Duration::ZERO).now().monotonic + Duration::from_hours(24);
        assert!(Clock::start(ahead).now().monotonic >= ahead);
    }
}
