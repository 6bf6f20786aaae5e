//! The bit that stands for a host.

use super::*;
use std::{collections::BTreeSet, vec::Vec};

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
fn crowds() -> [(&'static str, Vec<Address>, usize); 6] {
    let in_subnet = |low| Address { high: SUBNET, low };
    let ffff = |subnet| Address {
        high: SUBNET | subnet,
        low: 0xffff_0000_0001,
    };
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
            "::ffff:0:1 of 255 subnets",
            (1..=255).map(ffff).collect(),
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
