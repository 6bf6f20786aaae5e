//! The shipped test as a stream of single trials. All that is known of its interface is in this file.

use detector::judge::cusum::{Cusum, THRESHOLD};

/// Trials that the baseline is learnt from: the moving average forgets within a few hundred.
const LESSON: f64 = 100_000.0;
/// The alarm threshold, in nats.
pub(crate) const THRESHOLD_NATS: f64 = THRESHOLD;
/// Prefix lengths of IPv4 at which each trial is looked at.
pub(crate) const LOOKS: u32 = 3;

/// One stream under test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream(Cusum);

/// Where a stream stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    /// Nothing speaks for a block.
    Idle,
    /// Something does.
    Suspected,
    /// The alarm is on.
    Alarmed,
}

impl Stream {
    /// A stream that has learnt to fail at this rate, and that nothing is held against.
    pub(crate) fn learnt(ordinary: f64) -> Self {
        let mut cusum = Cusum::default();
        let failed = (LESSON * ordinary).round();
        cusum.observe(count(LESSON - failed), count(failed));
        Self(cusum)
    }

    /// Takes in one trial.
    pub(crate) fn observe(&mut self, is_failed: bool) {
        self.0.observe(u64::from(!is_failed), u64::from(is_failed));
    }

    /// Where it would stand after these trials if it learnt nothing from them; the score must not have been at zero
    /// in between.
    pub(crate) fn after(mut self, ok: u64, failed: u64) -> Standing {
        self.0.observe(ok, failed);
        self.standing()
    }

    pub(crate) fn standing(&self) -> Standing {
        if self.0.is_alarmed() {
            Standing::Alarmed
        } else if self.0.is_idle() {
            Standing::Idle
        } else {
            Standing::Suspected
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole numbers from 0 to a hundred thousand"
)]
const fn count(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_leaves_the_rate_behind_and_no_suspicion() {
        for ordinary in [0.01, 0.05, 0.1, 0.2] {
            let stream = Stream::learnt(ordinary);
            assert_eq!(stream.standing(), Standing::Idle);
            assert!((stream.0.ordinary_failure_rate() - ordinary).abs() < 1e-6);
        }
    }

    #[test]
    fn trials_at_once_stand_where_the_same_trials_one_by_one_do() {
        let learnt = Stream::learnt(0.05);
        // One by one it learns a little, which shows where the alarm is near.
        for failed in [1, 2, 3, 4, 9] {
            let mut stream = learnt;
            (0..failed).for_each(|_| stream.observe(true));
            assert_eq!(learnt.after(0, failed), stream.standing(), "{failed}");
        }
    }
}
