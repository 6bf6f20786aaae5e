//! Run lengths as shipped, where the test learns what is ordinary while it watches: by simulation.
//!
//! False alarms are far too rare to be waited for. So the stream is simulated as it is, and from each score of zero a
//! copy of it sets out into a world where most trials fail; an alarm there counts with its likelihood in the real world
//! (importance sampling, Siegmund 1976). What is learnt on the way is learnt as shipped.

use detector_tests::simulation::Chance;

use crate::stream::{Standing, Stream};

/// How trials fail where the copies go: the rate that the test looks for.
const TILTED: f64 = 0.7;
/// Parts of a simulation, whose scatter gives the error.
const BATCHES: u32 = 50;
/// Between two beginnings of a block, in trials: the baseline has forgotten the last one.
const APART: u32 = 500;
/// A block that is not told after so many trials counts as told then.
const PATIENCE: u32 = 100_000;

/// A mean and its standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimate {
    pub(crate) mean: f64,
    pub(crate) error: f64,
}

/// Mean trials between two false alarms, where trials fail at `ordinary`.
pub(crate) fn between_false_alarms(ordinary: f64, trials: u32) -> Estimate {
    let mut chance = Chance::new(1);
    let mut stream = Stream::learnt(ordinary);
    let batch = trials / BATCHES;
    let alarms = (0..BATCHES).map(|_| {
        let mut alarms = 0.0;
        for _ in 0..batch {
            if stream.standing() == Standing::Idle {
                alarms += excursion(stream, ordinary, &mut chance);
            }
            stream.observe(chance.happens(ordinary));
            if stream.standing() == Standing::Alarmed {
                stream = Stream::learnt(ordinary);
            }
        }
        alarms / f64::from(batch)
    });
    let rate = Estimate::of(&alarms.collect::<Vec<_>>());
    let mean = 1.0 / rate.mean;
    Estimate {
        mean,
        error: mean * rate.error / rate.mean,
    }
}

/// Mean trials until a block is told, which makes trials fail at `blocked`.
pub(crate) fn delay((ordinary, blocked): (f64, f64), blocks: u32) -> Estimate {
    let mut chance = Chance::new(2);
    let mut stream = Stream::learnt(ordinary);
    let delays = (0..blocks).map(|_| {
        for _ in 0..APART {
            stream.observe(chance.happens(ordinary));
        }
        while stream.standing() != Standing::Idle {
            stream.observe(chance.happens(ordinary));
        }
        trials_until_alarm(stream, blocked, &mut chance)
    });
    Estimate::of(&delays.collect::<Vec<_>>())
}

/// The likelihood of the alarm that a copy came to; 0 where it came back to a score of zero.
fn excursion(mut stream: Stream, ordinary: f64, chance: &mut Chance) -> f64 {
    let mut likelihood = 1.0;
    loop {
        let is_failed = chance.happens(TILTED);
        likelihood *= if is_failed {
            ordinary / TILTED
        } else {
            (1.0 - ordinary) / (1.0 - TILTED)
        };
        stream.observe(is_failed);
        match stream.standing() {
            Standing::Idle => return 0.0,
            Standing::Suspected => {}
            Standing::Alarmed => return likelihood,
        }
    }
}

fn trials_until_alarm(mut stream: Stream, blocked: f64, chance: &mut Chance) -> f64 {
    let mut trials = 0;
    while stream.standing() != Standing::Alarmed && trials < PATIENCE {
        stream.observe(chance.happens(blocked));
        trials += 1;
    }
    f64::from(trials)
}

impl Estimate {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53")]
    fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Self {
            mean,
            error: (variance / count).sqrt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_has_the_error_of_its_mean() {
        let estimate = Estimate::of(&[1.0, 3.0, 1.0, 3.0]);
        assert!((estimate.mean - 2.0).abs() < 1e-12);
        assert!((estimate.error - (4.0_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn what_is_weighed_agrees_with_what_is_waited_for() {
        // At a rate beyond what the baseline may learn, alarms are common enough to be counted.
        let ordinary = 0.3;
        let weighed = between_false_alarms(ordinary, 1_000_000);
        let mut chance = Chance::new(3);
        let waited =
            (0..500).map(|_| trials_until_alarm(Stream::learnt(ordinary), ordinary, &mut chance));
        let waited = Estimate::of(&waited.collect::<Vec<_>>());
        let apart = (weighed.mean - waited.mean).abs();
        assert!(
            apart < 5.0 * weighed.error.hypot(waited.error),
            "{weighed:?} {waited:?}"
        );
    }
}
