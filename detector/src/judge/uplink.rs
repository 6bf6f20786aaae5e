//! Our own uplink: while it is out everything fails, and none of that speaks of a range.

use std::time::Duration;

use crate::moment::Moment;

/// Without any success for this long, silence elsewhere means nothing. A SYN takes three seconds
/// to fail, so after a cut the last success is at least two polls older than the first failure.
const DARK: Duration = Duration::from_millis(1_900);
/// The same in usual gaps between two successes, where those are longer.
const USUAL_GAPS: f64 = 5.0;
/// After an outage, SYNs that were sent into it go on to fail for a while.
const GRACE: Duration = Duration::from_secs(10);
/// Weight of one poll in the usual gap.
const WEIGHT: f64 = 0.2;

/// When something last worked, and how often something does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Uplink {
    last_ok: Option<Moment>,
    usual_gap: f64,
    dark_until: Duration,
}

impl Uplink {
    /// Takes in one poll: connections that ended well anywhere, and silences. Says whether it is
    /// dark: then a silence is void.
    pub fn is_dark(&mut self, now: Moment, ok: u64, silences: u64) -> bool {
        if silences > 0 && ok == 0 && self.is_overdue(now) {
            self.dark_until = now.monotonic + GRACE;
        }
        if ok > 0 {
            self.learn(now, ok);
        }
        now.monotonic < self.dark_until
    }

    /// Whether something worked just before this poll.
    pub fn worked_lately(last_ok: Option<Moment>, now: Moment) -> bool {
        last_ok.is_some_and(|last_ok| now.since(&last_ok) < DARK)
    }

    fn is_overdue(&self, now: Moment) -> bool {
        let limit = DARK.as_secs_f64().max(USUAL_GAPS * self.usual_gap);
        self.last_ok
            .is_some_and(|last_ok| now.since(&last_ok).as_secs_f64() >= limit)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a poll holds far fewer than 2^53 connections"
    )]
    fn learn(&mut self, now: Moment, ok: u64) {
        if let Some(last_ok) = self.last_ok {
            let gap = now.since(&last_ok).as_secs_f64() / ok as f64;
            self.usual_gap += WEIGHT * (gap - self.usual_gap);
        }
        self.last_ok = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Moment {
        Moment {
            monotonic: Duration::from_secs(second),
            wall: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn busy() -> Uplink {
        let mut uplink = Uplink::default();
        for second in 0..60 {
            assert!(!uplink.is_dark(at(second), 30, 0));
        }
        uplink
    }

    #[test]
    fn silence_while_others_work_is_no_outage() {
        let mut uplink = busy();
        assert!(!uplink.is_dark(at(60), 30, 20));
        assert!(!uplink.is_dark(at(61), 30, 20));
    }

    #[test]
    fn silence_two_seconds_after_the_last_success_is_one() {
        let mut uplink = busy();
        assert!(!uplink.is_dark(at(60), 0, 0));
        assert!(uplink.is_dark(at(61), 0, 20));
    }

    #[test]
    fn it_stays_dark_for_a_while_after_things_work_again() {
        let mut uplink = busy();
        uplink.is_dark(at(61), 0, 20);
        assert!(uplink.is_dark(at(62), 30, 5));
        assert!(uplink.is_dark(at(70), 30, 5));
        assert!(!uplink.is_dark(at(71), 30, 5));
    }

    #[test]
    fn where_little_happens_a_few_quiet_seconds_are_usual() {
        let mut uplink = Uplink::default();
        for second in (0..600).step_by(20) {
            uplink.is_dark(at(second), 1, 0);
        }
        assert!(!uplink.is_dark(at(630), 0, 1));
        assert!(uplink.is_dark(at(690), 0, 1));
    }
}
