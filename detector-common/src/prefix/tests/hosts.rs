//! The bit that stands for a host.

use super::*;
use std::collections::BTreeSet;

#[test]
fn an_ipv4_host_is_its_last_octet() {
    for octet in 0..=u8::MAX {
        assert_eq!(host_bit(&Address::v4([198, 51, 100, octet])), octet);
    }
}

const SUBNET: u64 = 0x2001_0db8_0064_0000;

/// The upper and the lower half of an address that a number is in.
type Host = fn(u64) -> (u64, u64);

/// How 255 hosts of one IPv6 prefix are numbered, and how many of 256 bits they must at least be
/// spread over. 255 balls thrown at random into 256 bins fill about 162.
const CROWDS: [(&str, Host, usize); 6] = [
    ("::1 to ::ff", |n| (SUBNET, n), 220),
    ("::1:0 to ::ff:0", |n| (SUBNET, n << 16), 150),
    ("EUI-64", |n| (SUBNET, 0x5054_00ff_fe12_0000 | n), 150),
    ("::1 of each subnet", |n| (SUBNET | n, 1), 150),
    ("::1 of each 256th subnet", |n| (SUBNET | n << 8, 1), 150),
    (
        "::ffff:0:1 of each subnet",
        |n| (SUBNET | n, 0xffff_0000_0001),
        150,
    ),
];

#[test]
fn ipv6_hosts_are_spread_over_the_bits() {
    for (name, host, at_least) in CROWDS {
        let bits: BTreeSet<u8> = (1..=255)
            .map(host)
            .map(|(high, low)| host_bit(&Address { high, low }))
            .collect();
        assert!(bits.len() >= at_least, "{name}: {}", bits.len());
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
