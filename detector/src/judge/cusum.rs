//! The sequential test: has the failure rate of this stream of trials jumped?
//!
//! A Bernoulli CUSUM (Page 1954): the sum of log-likelihood ratios of "blocked" against "as
//! always", never below zero, and an alarm at a threshold. The same test mirrored says when it
//! is over.

use serde::{Deserialize, Serialize};

/// Failure rate under a block.
const BLOCKED: f64 = 0.7;
/// Bounds of the failure rate of ordinary trouble.
pub const ORDINARY: (f64, f64) = (0.01, 0.2);
/// What a stream is believed to fail like before it was watched.
const PRIOR: f64 = 0.05;
/// Weight of one trial in the moving average of the ordinary failure rate.
const EWMA_WEIGHT: f64 = 0.01;

/// Prefix lengths at which one failed trial is looked at, at most; always by the test of one kind.
pub const LOOKS: f64 = 4.0;
/// Alarm threshold: ln 10⁶. Each look takes two million trials between two false alarms, or more
/// (docs/DETECTION.md has the table).
pub const THRESHOLD: f64 = 13.815_510_557_964_274;
/// What a trial weighs more that proves a third party: it is twenty times likelier under a block
/// than any symptom.
const PROOF: f64 = 2.995_732_273_553_991;

/// One stream of trials under watch.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Cusum {
    score: f64,
    recovery: f64,
    ordinary: f64,
    is_alarmed: bool,
}

impl Default for Cusum {
    fn default() -> Self {
        Self::of(PRIOR)
    }
}

impl Cusum {
    /// A stream that ordinarily fails as often.
    pub const fn of(ordinary: f64) -> Self {
        Self {
            score: 0.0,
            recovery: 0.0,
            ordinary,
            is_alarmed: false,
        }
    }

    /// Whether the alarm is on.
    pub const fn is_alarmed(&self) -> bool {
        self.is_alarmed
    }

    /// Whether nothing speaks for a block.
    pub fn is_idle(&self) -> bool {
        !self.is_alarmed && self.score <= 0.0
    }

    /// Log-likelihood ratio of a block, in nats.
    pub const fn llr(&self) -> f64 {
        self.score
    }

    /// The stream's own failure rate, as learnt while nothing was suspected.
    pub const fn ordinary_failure_rate(&self) -> f64 {
        self.ordinary
    }

    /// Takes in trials whose order within the poll is not known.
    pub fn observe(&mut self, ok: u64, failed: u64) {
        self.weigh(ok, failed, 0);
    }

    /// The same, where so many of the failed trials prove a third party.
    pub fn weigh(&mut self, ok: u64, failed: u64, proofs: u64) {
        let step = as_f64(proofs).mul_add(PROOF, self.step(ok, failed));
        self.score = (self.score + step).max(0.0);
        if self.is_alarmed {
            self.recovery = (self.recovery - step).max(0.0);
            if self.recovery >= THRESHOLD {
                self.clear();
            }
        } else if self.score >= THRESHOLD {
            self.is_alarmed = true;
            self.recovery = 0.0;
        } else if self.score <= THRESHOLD / 2.0 {
            self.learn(ok, failed);
        }
    }

    /// Ends the alarm; what is ordinary stays as it was learnt.
    pub const fn clear(&mut self) {
        self.score = 0.0;
        self.recovery = 0.0;
        self.is_alarmed = false;
    }

    fn step(&self, ok: u64, failed: u64) -> f64 {
        let on_failure = (BLOCKED / self.ordinary).ln();
        let on_success = ((1.0 - BLOCKED) / (1.0 - self.ordinary)).ln();
        as_f64(failed).mul_add(on_failure, as_f64(ok) * on_success)
    }

    fn learn(&mut self, ok: u64, failed: u64) {
        let trials = ok.saturating_add(failed);
        if trials == 0 {
            return;
        }
        let rate = as_f64(failed) / as_f64(trials);
        let weight = 1.0 - (1.0 - EWMA_WEIGHT).powf(as_f64(trials));
        self.ordinary = weight
            .mul_add(rate - self.ordinary, self.ordinary)
            .clamp(ORDINARY.0, ORDINARY.1);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a poll holds far fewer than 2^53 trials"
)]
const fn as_f64(trials: u64) -> f64 {
    trials as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials_until_alarm(mut cusum: Cusum, ok_in_ten: u64) -> Option<u64> {
        (0..10_000).find(|trial| {
            let is_ok = trial % 10 < ok_in_ten;
            cusum.observe(u64::from(is_ok), u64::from(!is_ok));
            cusum.is_alarmed()
        })
    }

    #[test]
    fn full_block_alarms_with_the_sixth_failed_trial() {
        assert_eq!(trials_until_alarm(Cusum::default(), 0), Some(5));
    }

    #[test]
    fn three_proofs_alarm_where_three_symptoms_do_not() {
        let [mut proved, mut symptoms] = [Cusum::default(); 2];
        symptoms.observe(0, 3);
        assert!(!symptoms.is_alarmed());
        proved.weigh(0, 2, 2);
        assert!(!proved.is_alarmed());
        proved.weigh(0, 1, 1);
        assert!(proved.is_alarmed());
    }

    #[test]
    fn failure_of_one_in_ten_never_alarms() {
        assert_eq!(trials_until_alarm(Cusum::default(), 9), None);
    }

    #[test]
    fn success_after_the_block_ends_the_alarm_but_not_at_once() {
        let mut cusum = Cusum::default();
        cusum.observe(0, 20);
        assert!(cusum.is_alarmed());
        cusum.observe(5, 0);
        assert!(cusum.is_alarmed(), "five successes may be luck");
        cusum.observe(20, 0);
        assert!(cusum.is_idle());
    }

    #[test]
    fn baseline_is_not_learnt_from_the_block_itself() {
        let mut cusum = Cusum::default();
        cusum.observe(0, 3);
        let before = cusum.ordinary_failure_rate();
        cusum.observe(0, 1_000);
        assert!((cusum.ordinary_failure_rate() - before).abs() < f64::EPSILON);
    }

    #[test]
    fn baseline_follows_ordinary_trouble_within_its_bounds() {
        let mut cusum = Cusum::default();
        for _ in 0..500 {
            cusum.observe(100, 1);
        }
        assert!((cusum.ordinary_failure_rate() - 0.01).abs() < 0.005);
    }
}
