//! Ten thousand /24s blocked at once, in many ranges, some of them next to working ones.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use ipnet::Ipv4Net;

use super::{
    Chance,
    field::{Field, Site},
    space,
};

/// Blocked /24s.
pub const BLOCKED: usize = 10_000;
/// Ranges that they lie in.
pub const RANGES: usize = 51;
/// Hosts in use in each.
const HOSTS: u32 = 4;
/// Working /24s far from any blocked range.
const ELSEWHERE: usize = 2_000;
/// Ranges of one kind: length, how many, and every how many-th /24 of the sibling is in use and works.
const KINDS: [(u8, usize, Option<usize>); 3] =
    [(14, 8, None), (17, 10, Some(8)), (20, 33, Some(1))];

/// Each range, and each working /24 elsewhere, has a prefix of this length to itself.
const APART: u8 = 13;

/// What came of it.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// Working /24s beside the blocked ones.
    pub working: usize,
    /// Events in each minute since the block.
    pub lines: Vec<usize>,
    /// Blocked /24s as the open alerts count them.
    pub members: usize,
    /// Alerts that are open by what was told.
    pub open: usize,
    /// Alerts that are firing by the judge's own count.
    pub firing: usize,
    /// The mean and the longest time that a turn took, the ledger's visits included.
    pub turn: (Duration, Duration),
}

impl Crowd {
    /// Blocks them for so many minutes.
    pub fn play(seed: u64, minutes: usize) -> Self {
        let mut chance = Chance::new(seed);
        let (blocked, working) = networks(&mut chance);
        let sites = blocked
            .iter()
            .map(|net| (net, true))
            .chain(working.iter().map(|net| (net, false)));
        let mut field = Field::new(
            sites.flat_map(|(net, is_listed)| sites_in(net, is_listed)),
            &mut chance,
        );
        field.settle();
        let mut times = Vec::new();
        let mut minute = || -> usize {
            let mut lines = 0;
            for _ in 0..60 {
                let begin = Instant::now();
                lines += field.second(true).len();
                times.push(begin.elapsed());
            }
            lines
        };
        let lines = (0..minutes).map(|_| minute()).collect();
        Self {
            working: working.len(),
            lines,
            members: field.open().map(|alert| alert.members).sum(),
            open: field.open().count(),
            firing: field.watcher.firing(),
            turn: mean_and_most(&times),
        }
    }
}

/// Blocked and working /24s.
fn networks(chance: &mut Chance) -> (Vec<Ipv4Net>, Vec<Ipv4Net>) {
    let mut taken = HashSet::new();
    let (mut blocked, mut working) = (Vec::new(), Vec::new());
    for (length, count, step) in KINDS {
        for _ in 0..count {
            let [own, sibling] = pair(chance, length, &mut taken);
            blocked.extend(own.subnets(24).into_iter().flatten());
            let neighbours = sibling.subnets(24).into_iter().flatten();
            working.extend(
                step.into_iter()
                    .flat_map(|step| neighbours.clone().step_by(step)),
            );
        }
    }
    for _ in 0..ELSEWHERE {
        let [own, _] = pair(chance, 24, &mut taken);
        working.push(own);
    }
    (blocked, working)
}

/// Two siblings of a length, in a wider prefix that nobody took.
fn pair(chance: &mut Chance, length: u8, taken: &mut HashSet<Ipv4Net>) -> [Ipv4Net; 2] {
    loop {
        let address = space::public(chance);
        let own = Ipv4Net::new_assert(address, length).trunc();
        if taken.insert(Ipv4Net::new_assert(address, APART).trunc()) {
            let other = own.network().to_bits() ^ (1 << (32 - length));
            return [own, Ipv4Net::new_assert(other.into(), length)];
        }
    }
}

fn sites_in(net: &Ipv4Net, is_listed: bool) -> impl Iterator<Item = Site> {
    let first = net.network().to_bits();
    (1..=HOSTS).map(move |host| Site {
        address: (first + host).into(),
        is_listed,
    })
}

fn mean_and_most(times: &[Duration]) -> (Duration, Duration) {
    let count = u32::try_from(times.len()).unwrap_or(u32::MAX).max(1);
    let sum: Duration = times.iter().sum();
    (sum / count, times.iter().max().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_networks_are_blocked_and_none_of_them_works() {
        let (blocked, working) = networks(&mut Chance::new(1));
        let blocked: HashSet<Ipv4Net> = blocked.into_iter().collect();
        assert_eq!(blocked.len(), BLOCKED);
        assert_eq!(
            KINDS.map(|(_, count, _)| count).iter().sum::<usize>(),
            RANGES
        );
        assert_eq!(working.len(), 33 * 16 + 10 * 16 + ELSEWHERE);
        assert!(working.iter().all(|net| !blocked.contains(net)));
    }
}
