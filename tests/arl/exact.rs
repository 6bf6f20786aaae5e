//! Run lengths with a fixed baseline, exactly: the chain of all scores that can be reached from zero.
//!
//! A run is a row of cycles, each from a score of zero to the next one or to the alarm. Within one the score is a
//! function of how many trials succeeded and failed, so the chain is walked over these two numbers; the test itself
//! says which of them are zero and which an alarm. By renewal the mean run is the mean cycle divided by the
//! probability that a cycle ends in the alarm.

use crate::stream::{Standing, Stream};

/// What is left of the probability when a walk ends; alarms within a cycle are a thousand million times likelier.
const NEGLIGIBLE: f64 = 1e-22;

/// Mean trials until the alarm, from a score of zero, where trials fail at `rate`.
pub(crate) fn run_length(stream: Stream, rate: f64) -> f64 {
    let mut cycle = Cycle::default();
    // By the number of failures so far; nothing has happened yet.
    let mut alive = vec![1.0];
    for trials in 0.. {
        let mass: f64 = alive.iter().sum();
        if mass < NEGLIGIBLE {
            break;
        }
        cycle.length += mass;
        alive = step(stream, &alive, trials + 1, rate, &mut cycle);
    }
    cycle.length / cycle.alarm
}

#[derive(Debug, Default)]
struct Cycle {
    length: f64,
    alarm: f64,
}

/// One more trial: what neither came back to zero nor to the alarm.
fn step(stream: Stream, alive: &[f64], trials: u64, rate: f64, cycle: &mut Cycle) -> Vec<f64> {
    let before = |failed: usize| alive.get(failed).copied().unwrap_or(0.0);
    let mut next = Vec::with_capacity(alive.len() + 1);
    for failed in 0..=alive.len() {
        let failing = failed.checked_sub(1).map_or(0.0, before);
        let mass = before(failed).mul_add(1.0 - rate, failing * rate);
        let failures = failed as u64;
        let standing = stream.after(trials - failures, failures);
        next.push(if mass > 0.0 && standing == Standing::Suspected {
            mass
        } else {
            0.0
        });
        if standing == Standing::Alarmed {
            cycle.alarm += mass;
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use detector_tests::simulation::Chance;

    use super::*;

    #[test]
    fn a_full_block_takes_as_many_trials_as_the_test_takes_failures() {
        let stream = Stream::learnt(0.05);
        let needed = (1..100).find(|failed| stream.after(0, *failed) == Standing::Alarmed);
        let needed = u32::try_from(needed.unwrap()).unwrap();
        assert!((run_length(stream, 1.0) - f64::from(needed)).abs() < 1e-9);
    }

    #[test]
    fn the_chain_agrees_with_a_simulation() {
        let stream = Stream::learnt(0.2);
        let mut chance = Chance::new(1);
        let mut sum = 0.0;
        for _ in 0..4_000 {
            sum += run(stream, 0.6, &mut chance);
        }
        let ratio = run_length(stream, 0.6) / (sum / 4_000.0);
        assert!((ratio - 1.0).abs() < 0.05, "{ratio}");
    }

    /// One run with a fixed baseline.
    fn run(stream: Stream, rate: f64, chance: &mut Chance) -> f64 {
        let (mut ok, mut failed, mut length) = (0, 0, 0.0);
        loop {
            length += 1.0;
            if chance.happens(rate) {
                failed += 1;
            } else {
                ok += 1;
            }
            match stream.after(ok, failed) {
                Standing::Alarmed => return length,
                Standing::Idle => (ok, failed) = (0, 0),
                Standing::Suspected => {}
            }
        }
    }
}
