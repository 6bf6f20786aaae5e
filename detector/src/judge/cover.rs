//! Roll-up: the fewest prefixes that cover every blocked network and no working one.

use ipnet::IpNet;

use crate::moment::Moment;

/// Nothing shorter is claimed, whatever was seen: no observer at one gateway knows that much.
const SHORTEST: (u8, u8) = (8, 20);

/// How many bits of improbability a range may have, at most. In a neighbourhood one block is
/// likelier than two side by side; beyond, censors list range after range.
const IMPLAUSIBLE_BITS: Limits = Limits {
    near: 6,
    far: 3,
    far_of_few: 1,
};
/// Of so few blocked networks one range must be likelier than not.
const FEW: usize = 4;
/// The shortest prefix of a neighbourhood.
const NEIGHBOURHOOD: (u8, u8) = (16, 32);

struct Limits {
    near: usize,
    far: usize,
    far_of_few: usize,
}

impl Limits {
    fn of(&self, range: &IpNet, networks: usize) -> usize {
        if range.prefix_len() >= of_family(range, NEIGHBOURHOOD) {
            self.near
        } else if networks > FEW {
            self.far
        } else {
            self.far_of_few
        }
    }
}

/// A blocked network, and since when it fails.
pub type Blocked = (IpNet, Moment);

/// A covering prefix and the blocked networks in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cover {
    /// The tightest prefix around its members.
    pub prefix: IpNet,
    /// The blocked networks, in order.
    pub members: Vec<Blocked>,
    /// When the first of them began to fail.
    pub since: Moment,
}

impl Cover {
    /// Its members without their times.
    pub fn networks(&self) -> Vec<IpNet> {
        self.members.iter().map(|(net, _)| *net).collect()
    }
}

/// Covers `blocked`, which must be in order, by ranges without a witness: `has_witness` says
/// whether something works in a range that fails since then.
pub fn cover(blocked: &[Blocked], has_witness: &impl Fn(&IpNet, Moment) -> bool) -> Vec<Cover> {
    let first_v6 = blocked.partition_point(|(net, _)| matches!(net, IpNet::V4(_)));
    let (v4, v6) = blocked.split_at(first_v6);
    let mut covers = Vec::new();
    split(v4, has_witness, &mut covers);
    split(v6, has_witness, &mut covers);
    covers
}

/// One prefix where it may be, else two halves.
fn split(
    blocked: &[Blocked],
    has_witness: &impl Fn(&IpNet, Moment) -> bool,
    covers: &mut Vec<Cover>,
) {
    let (Some((first, _)), Some((last, _)), Some(since)) =
        (blocked.first(), blocked.last(), first_failure(blocked))
    else {
        return;
    };
    let join = join(first, last);
    let upper = upper_half(&join);
    let middle = blocked.partition_point(|(net, _)| net.network() < upper);
    let (low, high) = blocked.split_at(middle);
    let is_one = blocked.len() == 1
        || (join.prefix_len() >= of_family(&join, SHORTEST)
            && is_plausible(&join, [low, high])
            && !has_witness(&join, since));
    if is_one {
        covers.push(Cover {
            prefix: join,
            members: blocked.to_vec(),
            since,
        });
        return;
    }
    split(low, has_witness, covers);
    split(high, has_witness, covers);
}

/// Whether one block over both halves explains where in them the blocked networks lie. In a block
/// of the whole half, that so many all keep to such a small part of it halves in probability with
/// each bit and each network but the first.
fn is_plausible(whole: &IpNet, halves: [&[Blocked]; 2]) -> bool {
    let bits = halves.map(|half| clustering_bits(whole.prefix_len() + 1, half));
    bits.iter().sum::<usize>() <= IMPLAUSIBLE_BITS.of(whole, halves[0].len() + halves[1].len())
}

fn clustering_bits(half_len: u8, half: &[Blocked]) -> usize {
    let (Some((first, _)), Some((last, _))) = (half.first(), half.last()) else {
        return 0;
    };
    let spare = join(first, last).prefix_len().saturating_sub(half_len);
    (half.len() - 1) * usize::from(spare)
}

fn first_failure(blocked: &[Blocked]) -> Option<Moment> {
    let times = blocked.iter().map(|(_, since)| *since);
    times.min_by_key(|since| since.monotonic)
}

/// The longest prefix that contains both.
fn join(first: &IpNet, last: &IpNet) -> IpNet {
    let mut join = *first;
    while !join.contains(last) {
        match join.supernet() {
            Some(wider) => join = wider,
            None => break,
        }
    }
    join
}

/// The first address of a prefix's upper half.
fn upper_half(prefix: &IpNet) -> std::net::IpAddr {
    prefix
        .subnets(prefix.prefix_len() + 1)
        .ok()
        .and_then(|mut halves| halves.nth(1))
        .map_or_else(|| prefix.network(), |half| half.network())
}

const fn of_family(prefix: &IpNet, (v4, v6): (u8, u8)) -> u8 {
    match prefix {
        IpNet::V4(_) => v4,
        IpNet::V6(_) => v6,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nets(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn at(second: u64) -> Moment {
        Moment {
            monotonic: std::time::Duration::from_secs(second),
            wall: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn covers(blocked: &[IpNet], working: &[IpNet]) -> Vec<Cover> {
        let blocked: Vec<Blocked> = blocked.iter().map(|net| (*net, at(0))).collect();
        cover(&blocked, &|range, _| {
            working.iter().any(|net| range.contains(net))
        })
    }

    fn prefixes(blocked: &[&str], working: &[&str]) -> Vec<String> {
        covers(&nets(blocked), &nets(working))
            .iter()
            .map(|cover| cover.prefix.to_string())
            .collect()
    }

    #[test]
    fn neighbours_become_one_range() {
        let blocked = ["198.18.16.0/24", "198.18.20.0/24", "198.18.31.0/24"];
        assert_eq!(prefixes(&blocked, &["198.18.32.0/24"]), ["198.18.16.0/20"]);
    }

    #[test]
    fn a_working_network_in_the_middle_splits_the_range() {
        let blocked = ["198.18.16.0/24", "198.18.17.0/24", "198.18.19.0/24"];
        assert_eq!(
            prefixes(&blocked, &["198.18.18.0/24"]),
            ["198.18.16.0/23", "198.18.19.0/24"]
        );
    }

    #[test]
    fn a_witness_is_asked_about_the_first_failure_in_its_range() {
        let nets = nets(&["198.18.16.0/24", "198.18.18.0/24", "198.18.19.0/24"]);
        let blocked: Vec<Blocked> = nets.into_iter().zip([at(9), at(7), at(5)]).collect();
        let covers = cover(&blocked, &|_, since| since == at(5));
        let found: Vec<(u8, Moment)> = covers
            .iter()
            .map(|cover| (cover.prefix.prefix_len(), cover.since))
            .collect();
        assert_eq!(found, [(24, at(9)), (24, at(7)), (24, at(5))]);
    }

    #[test]
    fn far_networks_stay_apart_even_without_a_witness() {
        assert_eq!(
            prefixes(&["10.0.0.0/24", "198.18.0.0/24"], &[]),
            ["10.0.0.0/24", "198.18.0.0/24"]
        );
    }

    #[test]
    fn two_clusters_far_apart_stay_apart_even_without_a_witness() {
        let cluster = |second: u8| (0..8).map(move |third| format!("35.{second}.{third}.0/24"));
        let nets: Vec<IpNet> = cluster(156)
            .chain(cluster(160))
            .map(|net| net.parse().unwrap())
            .collect();
        let found: Vec<String> = covers(&nets, &[])
            .iter()
            .map(|cover| cover.prefix.to_string())
            .collect();
        assert_eq!(found, ["35.156.0.0/21", "35.160.0.0/21"]);
    }

    #[test]
    fn in_a_neighbourhood_two_clusters_may_be_one_block() {
        let nets: Vec<IpNet> = [0, 1, 2, 3, 12, 13, 14, 15]
            .map(|third| format!("198.18.{third}.0/24").parse().unwrap())
            .to_vec();
        assert_eq!(covers(&nets, &[]).len(), 1);
    }

    #[test]
    fn far_away_few_networks_must_lie_as_in_one_block_and_more_may_lie_closer() {
        // Three keep to half of the lower half, which one block in four would do.
        let few = ["35.0.0.0/24", "35.1.0.0/24", "35.3.0.0/24", "35.8.0.0/24"];
        assert_eq!(prefixes(&few, &[]), ["35.0.0.0/14", "35.8.0.0/24"]);
        let more = [&few[..], &["35.15.0.0/24"]].concat();
        assert_eq!(prefixes(&more, &[]), ["35.0.0.0/12"]);
    }

    #[test]
    fn one_network_in_each_half_says_nothing_against_the_whole() {
        assert_eq!(
            prefixes(&["198.18.0.0/24", "198.19.255.0/24"], &[]),
            ["198.18.0.0/15"]
        );
    }

    #[test]
    fn families_are_never_mixed() {
        assert_eq!(
            prefixes(&["198.18.0.0/24", "2001:db8:1::/48"], &[]),
            ["198.18.0.0/24", "2001:db8:1::/48"]
        );
    }

    fn slash_24() -> impl Strategy<Value = IpNet> {
        (0_u8..4, any::<u8>()).prop_map(|(b, c)| format!("198.{b}.{c}.0/24").parse().unwrap())
    }

    proptest! {
        #[test]
        fn every_blocked_network_is_covered_once_and_no_working_one(
            blocked in prop::collection::btree_set(slash_24(), 1..40),
            others in prop::collection::btree_set(slash_24(), 0..40),
        ) {
            let blocked: Vec<IpNet> = blocked.into_iter().collect();
            let working: Vec<IpNet> =
                others.into_iter().filter(|net| !blocked.contains(net)).collect();
            let covers = covers(&blocked, &working);
            for net in &blocked {
                let around = covers.iter().filter(|cover| cover.prefix.contains(net)).count();
                prop_assert_eq!(around, 1);
            }
            for net in &working {
                prop_assert!(!covers.iter().any(|cover| cover.prefix.contains(net)));
            }
        }
    }
}
