//! Keys, hosts and the layout of the counters.

use super::*;
use std::{collections::BTreeSet, vec, vec::Vec};

const fn lengths(prefix_v4: u32, prefix_v6: u32) -> Tuning {
    Tuning {
        prefix_v4,
        prefix_v6,
        ..Tuning::DEFAULT
    }
}

const HOST_V4: Address = Address::v4([203, 255, 113, 255]);
const HOST_V6: Address = Address {
    high: 0x2001_0db8_ffff_abcd,
    low: 0xfedc_ba98_7654_3211,
};

const KEYS_V4: [(u32, [u8; 4]); 7] = [
    (8, [203, 0, 0, 0]),
    (9, [203, 128, 0, 0]),
    (16, [203, 255, 0, 0]),
    (20, [203, 255, 112, 0]),
    (24, [203, 255, 113, 0]),
    (31, [203, 255, 113, 254]),
    (32, [203, 255, 113, 255]),
];

#[test]
fn an_ipv4_key_has_its_host_bits_cleared() {
    for (length, key) in KEYS_V4 {
        let expected = PrefixKey(Address::v4(key));
        assert_eq!(
            PrefixKey::of(&HOST_V4, &lengths(length, 48)),
            expected,
            "/{length}"
        );
    }
}

const KEYS_V6: [(u32, u64); 7] = [
    (16, 0x2001_0000_0000_0000),
    (32, 0x2001_0db8_0000_0000),
    (33, 0x2001_0db8_8000_0000),
    (48, 0x2001_0db8_ffff_0000),
    (56, 0x2001_0db8_ffff_ab00),
    (63, 0x2001_0db8_ffff_abcc),
    (64, 0x2001_0db8_ffff_abcd),
];

#[test]
fn an_ipv6_key_has_its_host_bits_cleared() {
    for (length, high) in KEYS_V6 {
        let expected = PrefixKey(Address { high, low: 0 });
        assert_eq!(
            PrefixKey::of(&HOST_V6, &lengths(24, length)),
            expected,
            "/{length}"
        );
    }
}

#[test]
fn every_length_keeps_that_many_bits() {
    for length in 8..=32 {
        let key = PrefixKey::of(&Address::v4([255; 4]), &lengths(length, 48));
        assert_eq!(key.0.as_v4_bits().unwrap().leading_ones(), length);
        assert_eq!(key.0.as_v4_bits().unwrap().count_ones(), length);
    }
    for length in 16..=64 {
        let key = PrefixKey::of(&Address::v6([255; 16]), &lengths(24, length));
        assert_eq!(key.0.high.leading_ones(), length);
        assert_eq!((key.0.high.count_ones(), key.0.low), (length, 0));
    }
}

#[test]
fn the_families_do_not_meet_in_a_key() {
    let unspecified = PrefixKey::of(&Address::v6([0; 16]), &Tuning::DEFAULT);
    assert_ne!(
        unspecified,
        PrefixKey::of(&Address::v4([0; 4]), &Tuning::DEFAULT)
    );
}

#[test]
fn an_ipv4_host_is_its_last_octet() {
    for octet in 0..=u8::MAX {
        assert_eq!(host_bit(&Address::v4([198, 51, 100, octet])), octet);
    }
}

fn distinct_bits(hosts: impl Iterator<Item = Address>) -> usize {
    hosts
        .map(|host| host_bit(&host))
        .collect::<BTreeSet<_>>()
        .len()
}

const SUBNET: u64 = 0x2001_0db8_0064_0000;

/// Hosts of one IPv6 prefix, and how many of 256 bits they must at least be spread over. 255
/// balls thrown at random into 256 bins fill about 162.
fn crowds() -> [(&'static str, Vec<Address>, usize); 5] {
    let in_subnet = |low| Address { high: SUBNET, low };
    let first_host = |subnet| Address {
        high: SUBNET | subnet,
        low: 1,
    };
    [
        ("::1 to ::ff", (1..=255).map(in_subnet).collect(), 220),
        (
            "::1:0 to ::ff:0",
            (1..=255).map(|n| in_subnet(n << 16)).collect(),
            150,
        ),
        (
            "::1 of 255 subnets",
            (1..=255).map(first_host).collect(),
            150,
        ),
        (
            "::1 of every 256th subnet",
            (0..=255).map(|n| first_host(n << 8)).collect(),
            150,
        ),
        (
            "EUI-64",
            (1..=255)
                .map(|n| in_subnet(0x5054_00ff_fe12_0000 | n))
                .collect(),
            150,
        ),
    ]
}

#[test]
fn ipv6_hosts_are_spread_over_the_bits() {
    for (name, hosts, at_least) in crowds() {
        let distinct = distinct_bits(hosts.into_iter());
        assert!(distinct >= at_least, "{name}: {distinct}");
    }
}

#[test]
fn an_ipv6_host_has_the_same_bit_in_every_prefix() {
    let elsewhere = Address {
        high: HOST_V6.high ^ 0xffff_ffff_0000_0000,
        ..HOST_V6
    };
    assert_eq!(host_bit(&HOST_V6), host_bit(&elsewhere));
}

fn every_counter() -> Vec<Counter> {
    let mut counters = vec![Counter::Connections, Counter::Strangers];
    counters.extend(Verdict::ALL.map(Counter::Verdict));
    counters.extend(Verdict::ALL.map(Counter::Trial));
    counters.extend(Stage::ALL.map(Counter::Stage));
    counters
}

fn every_host() -> Vec<(Hosts, u8)> {
    [Hosts::Alive, Hosts::Failed]
        .into_iter()
        .flat_map(|hosts| (0..=u8::MAX).map(move |host| (hosts, host)))
        .collect()
}

/// The bits that a value has more than the empty one.
fn bits(counters: &PrefixCounters) -> Vec<(usize, u64)> {
    let set = |(word, value): (usize, &u64)| (*value != 0).then_some((word, *value));
    counters.0.iter().enumerate().filter_map(set).collect()
}

#[test]
fn no_two_counters_and_no_two_hosts_share_a_bit() {
    let mut used = [0_u64; WORDS];
    for counter in every_counter() {
        assert_eq!(used[counter.word()], 0, "{counter:?}");
        used[counter.word()] = u64::MAX;
    }
    for (hosts, host) in every_host() {
        let (word, bit) = hosts.word(host);
        assert_eq!(bit.count_ones(), 1);
        assert_eq!(used[word] & bit, 0, "{hosts:?} {host}");
        used[word] |= bit;
    }
}

#[test]
fn adding_to_one_counter_leaves_the_others() {
    for counter in every_counter() {
        let mut counters = PrefixCounters::default();
        counters.add(counter);
        counters.add(counter);
        assert_eq!(counters.value(counter), 2, "{counter:?}");
        assert_eq!(bits(&counters), [(counter.word(), 2)], "{counter:?}");
    }
}

#[test]
fn a_counter_at_its_end_wraps() {
    let mut counters = PrefixCounters([u64::MAX; WORDS]);
    counters.add(Counter::Connections);
    assert_eq!(counters.value(Counter::Connections), 0);
}

#[test]
fn a_host_is_in_its_set_until_it_is_taken_out() {
    for (hosts, host) in every_host() {
        let mut counters = PrefixCounters::default();
        counters.insert(hosts, host);
        counters.insert(hosts, host);
        for (other_hosts, other) in every_host() {
            let is_this = (other_hosts, other) == (hosts, host);
            assert_eq!(counters.contains(other_hosts, other), is_this);
        }
        counters.remove(hosts, host);
        assert_eq!(counters, PrefixCounters::default());
    }
}

#[test]
fn taking_a_host_out_leaves_the_others() {
    for (hosts, host) in every_host() {
        let mut counters = PrefixCounters([u64::MAX; WORDS]);
        counters.remove(hosts, host);
        counters.remove(hosts, host);
        assert!(!counters.contains(hosts, host));
        counters.insert(hosts, host);
        assert_eq!(counters, PrefixCounters([u64::MAX; WORDS]));
    }
}
