//! Somebody who owns a share of the traffic to one prefix: he asks hosts there, and whether that works is up to him.

use std::time::Duration;

/// Him, and what he does just now.
#[derive(Clone, Debug)]
pub struct Intruder {
    /// The positions of the destinations that he asks.
    pub destinations: Vec<usize>,
    /// Mean time between two connections of his.
    pub every: Duration,
    /// Whether they work: the block lets them through, or they are bound to fail.
    pub works: bool,
}

impl Intruder {
    /// The mean time between two of his connections where he owns `share` of a traffic in which others begin
    /// `per_hour`.
    pub fn gap(share: f64, per_hour: f64) -> Duration {
        let own = per_hour * share / (1.0 - share);
        Duration::from_secs_f64(3_600.0 / own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_owns_half_begins_as_many_as_all_others_and_who_owns_nine_tenths_nine_times_as_many() {
        let seconds = |share| Intruder::gap(share, 60.0).as_secs_f64();
        assert!((seconds(0.5) - 60.0).abs() < 1e-6);
        assert!((seconds(0.9) - 60.0 / 9.0).abs() < 1e-6);
    }
}
