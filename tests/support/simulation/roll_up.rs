//! The ranges that were blocked in April 2018, met by a few destinations each: how much of them is claimed, and how
//! much beside them.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};

use super::{
    Chance,
    field::{Field, Site},
    space,
};

/// What was blocked: address and length.
const TRUTH: [([u8; 4], u8); 8] = [
    ([18, 194, 0, 0], 15),
    ([18, 196, 0, 0], 15),
    ([34, 192, 0, 0], 10),
    ([35, 156, 0, 0], 14),
    ([35, 160, 0, 0], 13),
    ([52, 58, 0, 0], 15),
    ([54, 64, 0, 0], 13),
    ([54, 144, 0, 0], 12),
];
/// Working destinations, half of them anywhere, half in the same /8s as what is blocked: there the other services of
/// the same clouds are.
const WORKING: usize = 400;
/// How long the block is watched, in seconds: a dozen visits to each destination.
const WATCHED: usize = 1_500;

/// What came of it, in shares.
#[derive(Clone, Copy, Debug)]
pub struct RollUp {
    /// Of the blocked ranges, each the same weight, how much is claimed.
    pub recall_of_ranges: f64,
    /// Of all blocked addresses that nobody visited.
    pub recall_of_addresses: f64,
    /// Of the claimed addresses, how many are not blocked.
    pub wrong: f64,
    /// Ranges of which nothing is claimed.
    pub missed: usize,
    /// Open alerts.
    pub alerts: usize,
}

impl RollUp {
    /// Blocks the ranges, with so many destinations in use in each.
    pub fn play(seed: u64, destinations: usize) -> Self {
        let mut chance = Chance::new(seed);
        let sites = sites(destinations, &mut chance);
        let mut field = Field::new(sites, &mut chance);
        field.settle();
        for _ in 0..WATCHED {
            field.second(true);
        }
        let ranges = field.open().filter_map(|alert| alert.range);
        let claims = ranges.filter_map(|range| match range {
            IpNet::V4(net) => Some(net),
            IpNet::V6(_) => None,
        });
        let claims = Ipv4Net::aggregate(&claims.collect());
        Self::new(&claims, field.open().count())
    }

    fn new(claims: &[Ipv4Net], alerts: usize) -> Self {
        let recalls: Vec<f64> = truth()
            .map(|range| overlap(claims, range) / size(range))
            .collect();
        let right: f64 = truth().map(|range| overlap(claims, range)).sum();
        let blocked: f64 = truth().map(size).sum();
        let claimed: f64 = claims.iter().copied().map(size).sum();
        let nothing_wrong = claimed <= 0.0;
        Self {
            recall_of_ranges: recalls.iter().sum::<f64>() / size_of_truth(),
            recall_of_addresses: right / blocked,
            wrong: if nothing_wrong {
                0.0
            } else {
                1.0 - right / claimed
            },
            missed: recalls.iter().filter(|recall| **recall <= 0.0).count(),
            alerts,
        }
    }
}

fn truth() -> impl Iterator<Item = Ipv4Net> {
    TRUTH
        .into_iter()
        .map(|(octets, length)| Ipv4Net::new_assert(octets.into(), length))
}

#[expect(clippy::cast_precision_loss, reason = "eight")]
const fn size_of_truth() -> f64 {
    TRUTH.len() as f64
}

fn sites(destinations: usize, chance: &mut Chance) -> Vec<Site> {
    let mut sites = Vec::new();
    for range in truth() {
        let last = u32::MAX >> range.prefix_len();
        for _ in 0..destinations {
            let bits = range.network().to_bits() + chance.between(0, last);
            sites.push(Site {
                address: bits.into(),
                is_listed: true,
            });
        }
    }
    for number in 0..WORKING {
        let address = working(number % 2 == 0, chance);
        sites.push(Site {
            address,
            is_listed: false,
        });
    }
    sites
}

/// A public address outside of what is blocked.
fn working(is_near: bool, chance: &mut Chance) -> Ipv4Addr {
    loop {
        let anywhere = space::public(chance);
        let octets = TRUTH[chance.below(TRUTH.len())].0;
        let near = (u32::from(octets[0]) << 24) | (anywhere.to_bits() & 0x00ff_ffff);
        let address = if is_near { near.into() } else { anywhere };
        if !truth().any(|range| range.contains(&address)) {
            return address;
        }
    }
}

/// Addresses of a range that are claimed. Claims do not overlap each other.
fn overlap(claims: &[Ipv4Net], range: Ipv4Net) -> f64 {
    let shared = claims.iter().map(|claim| {
        if claim.contains(&range) {
            size(range)
        } else if range.contains(claim) {
            size(*claim)
        } else {
            0.0
        }
    });
    shared.sum()
}

fn size(net: Ipv4Net) -> f64 {
    2.0_f64.powi(i32::from(32 - net.prefix_len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roll_up(claims: &[&str]) -> RollUp {
        let claims: Vec<Ipv4Net> = claims.iter().map(|text| text.parse().unwrap()).collect();
        RollUp::new(&claims, claims.len())
    }

    fn assert_near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-9, "{value} for {expected}");
    }

    #[test]
    fn claims_are_held_against_what_is_blocked() {
        let half = roll_up(&["52.58.0.0/16"]);
        assert_near(half.recall_of_ranges, 0.5 / 8.0);
        assert_near(half.wrong, 0.0);
        assert_eq!(half.missed, 7);
        let wide = roll_up(&["18.192.0.0/13"]);
        assert_near(wide.recall_of_ranges, 2.0 / 8.0);
        assert_near(wide.wrong, 0.5);
        assert_near(roll_up(&[]).wrong, 0.0);
    }

    #[test]
    fn no_working_destination_lies_in_what_is_blocked() {
        let sites = sites(8, &mut Chance::new(1));
        assert_eq!(sites.len(), 64 + WORKING);
        for site in sites {
            let is_blocked = truth().any(|range| range.contains(&site.address));
            assert_eq!(site.is_listed, is_blocked, "{}", site.address);
        }
    }
}
