//! Captures that end early or lie.

use proptest::prelude::*;

use super::{
    next_generation::{enhanced, interface, section},
    *,
};

fn classic_capture() -> Vec<u8> {
    let packets = (1..5).map(|second| classic::packet(second, b"some bytes"));
    [
        classic::header(Order::Little),
        packets.collect::<Vec<_>>().concat(),
    ]
    .concat()
}

fn new_capture() -> Vec<u8> {
    let order = Order::Big;
    let packets = (1..5).map(|second| enhanced(order, 0, second, b"some bytes"));
    [
        section(order),
        interface(order, 1, &[]),
        packets.collect::<Vec<_>>().concat(),
    ]
    .concat()
}

#[test]
fn a_capture_cut_anywhere_gives_what_was_whole() {
    for whole in [classic_capture(), new_capture()] {
        let all = records(&whole);
        assert_eq!(all.len(), 4);
        for len in 4..whole.len() {
            let read = records(&whole[..len]);
            assert!(all.starts_with(&read), "{len}");
            assert!(read.len() < all.len(), "{len}");
        }
    }
}

#[test]
fn a_length_that_lies_costs_what_follows_and_no_memory() {
    let mut capture = classic_capture();
    let second = 24 + 16 + 10;
    for lie in [u32::MAX, 1 << 31, 300_000, 100_000] {
        capture[second + 8..][..4].copy_from_slice(&lie.to_le_bytes());
        assert_eq!(records(&capture).len(), 1, "{lie}");
    }
    let mut capture = new_capture();
    let second = capture.len() - 3 * (32 + 12);
    for lie in [u32::MAX, 1 << 31, 1_000_000, 100_000, 16, 8, 0] {
        capture[second + 4..][..4].copy_from_slice(&lie.to_be_bytes());
        assert_eq!(records(&capture).len(), 1, "{lie}");
    }
}

/// Reading is all it takes to panic.
fn read_all(bytes: &[u8]) {
    if let Ok(records) = read(bytes) {
        assert!(records.len() <= bytes.len());
    }
}

#[test]
fn every_byte_at_its_extremes_is_survived() {
    for whole in [classic_capture(), new_capture()] {
        for at in 0..whole.len() {
            for octet in [0, 0x7f, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = octet;
                read_all(&bytes);
            }
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_survived(
        start in 0..6_usize,
        bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let start: &[u8] = match start {
            0 => b"\xd4\xc3\xb2\xa1",
            1 => b"\xa1\xb2\x3c\x4d",
            2 => b"\x1f\x8b\x08\x00",
            3 => b"\x28\xb5\x2f\xfd",
            4 => &section(Order::Little),
            _ => b"",
        };
        read_all(&[start, &bytes].concat());
    }

    #[test]
    fn arbitrary_blocks_are_survived(
        blocks in prop::collection::vec((0..7_u32, prop::collection::vec(any::<u8>(), 0..80)), 0..8),
    ) {
        let order = Order::Little;
        let mut capture = [section(order), interface(order, 1, &[])].concat();
        for (kind, body) in blocks {
            let len = order.u32(u32::try_from(12 + body.len()).unwrap());
            capture.extend([&order.u32(kind)[..], &len, &body, &len].concat());
        }
        read_all(&capture);
    }
}
