//! Chance that repeats itself: the same seed, the same world, on every machine.

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _, rngs::Xoshiro256PlusPlus};
use rand_distr::{Distribution as _, Exp1, StandardNormal, weighted::WeightedAliasIndex};

/// A seeded source of everything that happens by chance.
#[derive(Clone, Debug)]
pub struct Chance(Xoshiro256PlusPlus);

/// Picks positions by weight, at the same cost however many there are.
#[derive(Clone, Debug)]
pub struct Lot(WeightedAliasIndex<f64>);

impl Chance {
    /// The chance of one seed.
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Any number from 0 up to but without 1.
    pub fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// True with this probability.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A number from `least` to `most`, both included.
    pub fn between(&mut self, least: u32, most: u32) -> u32 {
        self.0.random_range(least..=most)
    }

    /// A position among `count`, which must not be 0.
    pub fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count)
    }

    /// Waiting time for what comes at random once in `mean`.
    pub fn waiting(&mut self, mean: Duration) -> Duration {
        let times: f64 = self.0.sample(Exp1);
        mean.mul_f64(times)
    }

    /// A span around `median`; two thirds of them lie within a factor of e^`sigma`.
    pub fn around(&mut self, median: Duration, sigma: f64) -> Duration {
        let normal: f64 = self.0.sample(StandardNormal);
        median.mul_f64((sigma * normal).exp())
    }

    /// A position by its weight.
    pub fn draw(&mut self, lot: &Lot) -> usize {
        lot.0.sample(&mut self.0)
    }

    /// The numbers below `count` in random order.
    pub fn order(&mut self, count: usize) -> Vec<usize> {
        let mut keyed: Vec<(f64, usize)> = (0..count).map(|number| (self.unit(), number)).collect();
        keyed.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        keyed.into_iter().map(|(_, number)| number).collect()
    }
}

impl Lot {
    /// A lot with these weights, which must not all be zero.
    ///
    /// # Panics
    /// Where there are no weights, or one is negative.
    #[expect(clippy::expect_used, reason = "weights are this crate's own")]
    pub fn new(weights: Vec<f64>) -> Self {
        Self(WeightedAliasIndex::new(weights).expect("weights are positive"))
    }
}

/// The weight of a rank, the first of which is 1, under Zipf's law.
pub fn zipf(rank: usize, exponent: f64) -> f64 {
    let rank = u32::try_from(rank).unwrap_or(u32::MAX);
    f64::from(rank).powf(-exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_repeats_and_another_does_not() {
        let numbers = |seed| {
            let mut chance = Chance::new(seed);
            [(); 8].map(|()| chance.between(0, u32::MAX))
        };
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
    }

    #[test]
    fn ranks_are_drawn_in_proportion_to_their_inverse() {
        let lot = Lot::new((1..=300).map(|rank| zipf(rank, 1.0)).collect());
        let mut chance = Chance::new(1);
        let mut drawn = [0_u32; 300];
        for _ in 0..400_000 {
            drawn[chance.draw(&lot)] += 1;
        }
        for rank in [2, 5, 10, 50] {
            let ratio = f64::from(drawn[0]) / f64::from(drawn[rank - 1]);
            let error = ratio / f64::from(u32::try_from(rank).unwrap()) - 1.0;
            assert!(error.abs() < 0.1, "rank {rank}: {ratio}");
        }
    }

    #[test]
    fn waiting_times_have_their_mean_and_spans_their_median() {
        let mut chance = Chance::new(2);
        let second = Duration::from_secs(1);
        let mean: f64 = (0..50_000)
            .map(|_| chance.waiting(second).as_secs_f64())
            .sum::<f64>()
            / 5e4;
        assert!((mean - 1.0).abs() < 0.03, "{mean}");
        let below = (0..50_000)
            .filter(|_| chance.around(second, 1.0) < second)
            .count();
        assert!((24_000..26_000).contains(&below), "{below}");
    }

    #[test]
    fn an_order_holds_every_number_once() {
        let mut order = Chance::new(3).order(100);
        assert!(!order.is_sorted());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
