//! Who is out there: prefixes in clusters, destinations in prefixes, and how much traffic each gets.

use std::{
    collections::{BTreeSet, HashSet},
    net::Ipv4Addr,
    time::Duration,
};

use detector_common::address::Address;
use ipnet::{IpNet, Ipv4Net};

use super::{
    Chance, World,
    chance::{Lot, zipf},
    space,
};

/// Bits of what one hoster holds: clouds are given /14s.
const CLUSTER_BITS: u8 = 14;
/// /24s in there.
const CLUSTER_SIZE: u32 = 1 << (24 - CLUSTER_BITS);

/// To a host of somebody who may choose where it is.
const OWN_ROUND_TRIP: Duration = Duration::from_millis(45);

/// One destination.
#[derive(Clone, Copy, Debug)]
pub struct Destination {
    /// Its address.
    pub address: Address,
    /// The position of its prefix.
    pub prefix: usize,
    /// Whether there ever was a host.
    pub exists: bool,
    /// Round trip to it.
    pub round_trip: Duration,
}

/// All prefixes and destinations, the prefixes in the order of their addresses.
#[derive(Clone, Debug)]
pub struct Geography {
    /// The prefixes.
    pub prefixes: Vec<IpNet>,
    /// The cluster of each.
    pub clusters: Vec<usize>,
    /// The position of the prefix that has each rank, the busiest first.
    pub by_rank: Vec<usize>,
    /// The destinations.
    pub destinations: Vec<Destination>,
    traffic: Lot,
}

impl Geography {
    /// A random one.
    pub fn new(world: &World, chance: &mut Chance) -> Self {
        let (prefixes, clusters) = settle(world, chance);
        let by_rank = chance.order(prefixes.len());
        let mut destinations = Vec::new();
        let mut weights = Vec::new();
        for (rank, &prefix) in (1..).zip(&by_rank) {
            let own = populate(world, chance, prefix, prefixes[prefix]);
            let shares: Vec<f64> = (1..=own.len())
                .map(|place| zipf(place, world.zipf))
                .collect();
            let whole: f64 = shares.iter().sum();
            weights.extend(
                shares
                    .iter()
                    .map(|share| zipf(rank, world.zipf) * share / whole),
            );
            destinations.extend(own);
        }
        Self {
            prefixes: prefixes.into_iter().map(IpNet::V4).collect(),
            clusters,
            by_rank,
            destinations,
            traffic: Lot::new(weights),
        }
    }

    /// Somebody sets up a host of his own in a prefix, which nobody else asks; returns its position.
    ///
    /// # Panics
    /// Where the prefix has no address left.
    #[expect(
        clippy::expect_used,
        reason = "a prefix has forty destinations at most"
    )]
    pub fn settle_in(&mut self, prefix: usize) -> usize {
        let IpNet::V4(net) = self.prefixes[prefix] else {
            unreachable!("all are of IPv4");
        };
        let mut addresses = (0..254).map(|host| host_in(net, host));
        let is_free = |address: &Address| self.destinations.iter().all(|it| it.address != *address);
        self.destinations.push(Destination {
            address: addresses.find(is_free).expect("an address is left"),
            prefix,
            exists: true,
            round_trip: OWN_ROUND_TRIP,
        });
        self.destinations.len() - 1
    }

    /// The share of all connections that goes to the prefix of a rank, the first of which is 1.
    pub fn share_of_rank(&self, rank: usize, world: &World) -> f64 {
        let ranks = 1..=self.by_rank.len();
        let all: f64 = ranks.map(|it| zipf(it, world.zipf)).sum();
        zipf(rank, world.zipf) / all
    }

    /// The destination of somebody's next connection.
    pub fn pick(&self, chance: &mut Chance) -> usize {
        chance.draw(&self.traffic)
    }
}

/// Prefixes in order, and the cluster of each.
fn settle(world: &World, chance: &mut Chance) -> (Vec<Ipv4Net>, Vec<usize>) {
    let bases = bases(world.clusters, chance);
    let sizes = Lot::new(
        (1..=world.clusters)
            .map(|rank| zipf(rank, world.zipf))
            .collect(),
    );
    let mut last = vec![None; world.clusters];
    let mut taken: BTreeSet<(u32, usize)> = BTreeSet::new();
    while taken.len() < world.prefixes {
        let cluster = chance.draw(&sizes);
        let next = match last[cluster] {
            Some(last) if chance.happens(world.adjacent) => last + 1,
            _ => chance.between(0, CLUSTER_SIZE - 1),
        };
        if next < CLUSTER_SIZE && taken.insert((bases[cluster] + (next << 8), cluster)) {
            last[cluster] = Some(next);
        }
    }
    let nets = taken
        .iter()
        .map(|(bits, _)| Ipv4Net::new_assert(Ipv4Addr::from_bits(*bits), 24));
    (
        nets.collect(),
        taken.iter().map(|(_, cluster)| *cluster).collect(),
    )
}

fn bases(clusters: usize, chance: &mut Chance) -> Vec<u32> {
    let mut bases = Vec::new();
    let mut seen = HashSet::new();
    while bases.len() < clusters {
        let base = Ipv4Net::new_assert(space::public(chance), CLUSTER_BITS)
            .network()
            .to_bits();
        if seen.insert(base) {
            bases.push(base);
        }
    }
    bases
}

/// The destinations of one prefix, the busiest first; those that never existed are the last ones.
fn populate(world: &World, chance: &mut Chance, prefix: usize, net: Ipv4Net) -> Vec<Destination> {
    let count = magnitude(world.destinations, chance);
    let never = (0..count).filter(|_| chance.happens(world.never_alive));
    let existing = count - never.count();
    let hosts = chance.order(254).into_iter().take(count).enumerate();
    hosts
        .map(|(place, host)| Destination {
            address: host_in(net, host),
            prefix,
            exists: place < existing,
            round_trip: chance.around(world.round_trip.median, world.round_trip.sigma),
        })
        .collect()
}

/// A number between two, every magnitude as likely as any other.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between two small positive numbers"
)]
fn magnitude((least, most): (u32, u32), chance: &mut Chance) -> usize {
    let (least, most) = (f64::from(least), f64::from(most));
    (least * (most / least).powf(chance.unit())).round() as usize
}

fn host_in(net: Ipv4Net, host: usize) -> Address {
    let host = u32::try_from(host).unwrap_or_default();
    Address::from_v4_bits(net.network().to_bits() + 1 + host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geography(seed: u64) -> Geography {
        Geography::new(&World::DEFAULT, &mut Chance::new(seed))
    }

    #[test]
    fn prefixes_are_in_order_and_destinations_inside_theirs() {
        let geography = geography(1);
        assert_eq!(geography.prefixes.len(), 300);
        assert!(geography.prefixes.is_sorted());
        let mut addresses = HashSet::new();
        for destination in &geography.destinations {
            let bits = destination.address.as_v4_bits().unwrap();
            let net = geography.prefixes[destination.prefix];
            assert!(net.contains(&std::net::IpAddr::from(Ipv4Addr::from_bits(bits))));
            assert!(addresses.insert(bits), "no destination stands twice");
        }
    }

    #[test]
    fn some_neighbours_are_adjacent_and_most_are_apart() {
        let geography = geography(2);
        let pairs = geography.prefixes.windows(2);
        let adjacent = pairs
            .filter(|pair| match (pair[0], pair[1]) {
                (IpNet::V4(left), IpNet::V4(right)) => {
                    right.network().to_bits() - left.network().to_bits() == 256
                }
                _ => false,
            })
            .count();
        assert!((40..150).contains(&adjacent), "{adjacent}");
    }

    #[test]
    fn a_prefix_gets_the_traffic_of_its_rank() {
        let geography = geography(3);
        let mut chance = Chance::new(4);
        let mut drawn = vec![0_u32; 300];
        for _ in 0..300_000 {
            let destination = geography.pick(&mut chance);
            drawn[geography.destinations[destination].prefix] += 1;
        }
        let of_rank = |rank: usize| f64::from(drawn[geography.by_rank[rank - 1]]);
        // The sum of 1/n to 300 is 6.28.
        assert!((of_rank(1) / 47_740.0 - 1.0).abs() < 0.05, "{}", of_rank(1));
        assert!((of_rank(10) / 4_774.0 - 1.0).abs() < 0.1, "{}", of_rank(10));
    }

    #[test]
    fn a_new_host_has_an_address_of_its_own() {
        let mut geography = geography(4);
        let prefix = geography.by_rank[0];
        for _ in 0..3 {
            geography.settle_in(prefix);
        }
        let own = geography
            .destinations
            .iter()
            .filter(|it| it.prefix == prefix);
        let addresses: Vec<_> = own.map(|it| it.address.as_v4_bits()).collect();
        let distinct: HashSet<_> = addresses.iter().collect();
        assert_eq!(distinct.len(), addresses.len());
    }

    #[test]
    fn one_destination_in_fifty_never_existed() {
        let worlds = (10..20).map(geography);
        let all: Vec<Destination> = worlds.flat_map(|it| it.destinations).collect();
        let never = all.iter().filter(|it| !it.exists).count();
        let share = never * 1_000 / all.len();
        assert!((15..25).contains(&share), "{share} in a thousand");
    }
}
