//! The prefix that an address is counted in.

use super::*;

const fn lengths(prefix_v4: u32, prefix_v6: u32) -> Tuning {
    Tuning {
        prefix_v4,
        prefix_v6,
        ..Tuning::DEFAULT
    }
}

const HOST_V4: Address = Address::v4([203, 255, 113, 255]);
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
