//! How long something took, each time, as a histogram.
//!
//! Must not know: what it was.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Upper bounds of all buckets but the last, in seconds: a poll costs a millisecond where little changes, and is late
/// after one second.
pub const BOUNDS_S: [f64; 9] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0];

/// The histogram.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Durations {
    /// How many were as long as the bound at that place, and longer than the one before; the last were longer than any.
    pub counts: [u64; BOUNDS_S.len() + 1],
    /// All of them together, in seconds.
    pub sum_s: f64,
}

impl Durations {
    /// Adds one.
    pub fn note(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS_S.partition_point(|bound| *bound < seconds);
        self.counts[bucket] += 1;
        self.sum_s += seconds;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_falls_into_the_first_bucket_that_it_fits() {
        let mut durations = Durations::default();
        for ms in [0, 1, 2, 3, 1_000, 1_001, 60_000] {
            durations.note(Duration::from_millis(ms));
        }
        assert_eq!(durations.counts, [2, 1, 1, 0, 0, 0, 0, 0, 1, 2]);
        assert!((durations.sum_s - 62.007).abs() < 1e-9);
    }
}
