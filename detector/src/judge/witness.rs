//! Prefixes that work, and what that proves: a success after a range began to fail proves that
//! the prefix is no part of it, an earlier one makes it likely for a while.

use std::time::Duration;

use ipnet::IpNet;

use crate::moment::Moment;

/// How long a success is a reason not to claim a prefix that was not tried since.
const PRESUMED: Duration = Duration::from_secs(30);

/// Prefixes that worked when they were last heard of.
pub struct Witnesses {
    now: Moment,
    worked: Vec<(IpNet, Moment)>,
}

impl Witnesses {
    /// Prefixes in order, each with the time of its last success.
    pub fn new(now: Moment, worked: impl Iterator<Item = (IpNet, Moment)>) -> Self {
        Self {
            now,
            worked: worked.collect(),
        }
    }

    /// Whether something in `range` worked after `since`.
    pub fn is_proven(&self, range: &IpNet, since: Moment) -> bool {
        self.inside(range).any(|last_ok| last_ok.is_after(&since))
    }

    /// How many prefixes in `range` worked after `since`, or not long ago.
    pub fn presumed(&self, range: &IpNet, since: Moment) -> usize {
        self.inside(range)
            .filter(|last_ok| last_ok.is_after(&since) || self.now.since(last_ok) < PRESUMED)
            .count()
    }

    fn inside(&self, range: &IpNet) -> impl Iterator<Item = Moment> {
        let first = self.worked.partition_point(|(net, _)| net < range);
        self.worked[first..]
            .iter()
            .take_while(|(net, _)| range.contains(net))
            .map(|(_, last_ok)| *last_ok)
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

    /// What two neighbours and one further away prove at second 100.
    fn witnesses(last_oks: [u64; 3]) -> Witnesses {
        let nets = ["198.18.16.0/24", "198.18.17.0/24", "198.18.32.0/24"];
        let nets = nets.map(|net| net.parse().unwrap());
        Witnesses::new(at(100), nets.into_iter().zip(last_oks.map(at)))
    }

    fn range() -> IpNet {
        "198.18.16.0/20".parse().unwrap()
    }

    #[test]
    fn only_a_success_after_the_first_failure_is_proof() {
        assert!(!witnesses([89, 90, 99]).is_proven(&range(), at(90)));
        assert!(witnesses([89, 91, 99]).is_proven(&range(), at(90)));
    }

    #[test]
    fn a_success_of_the_last_half_minute_is_a_presumption() {
        assert_eq!(witnesses([70, 71, 99]).presumed(&range(), at(90)), 1);
    }

    #[test]
    fn proof_does_not_age() {
        assert_eq!(witnesses([41, 42, 99]).presumed(&range(), at(40)), 2);
    }
}
