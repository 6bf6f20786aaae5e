//! The classic format.

use super::*;

/// Ethernet, microseconds.
pub(super) fn header(order: Order) -> Vec<u8> {
    header_of(order, 0xa1b2_c3d4, 1)
}

fn header_of(order: Order, magic: u32, link: u32) -> Vec<u8> {
    [
        &order.u32(magic)[..],
        &order.u16(2),
        &order.u16(4),
        &[0; 8],
        &order.u32(262_144),
        &order.u32(link),
    ]
    .concat()
}

/// A packet at a whole second, little-endian.
pub(super) fn packet(second: u64, bytes: &[u8]) -> Vec<u8> {
    let second = u32::try_from(second).unwrap();
    let len = u32::try_from(bytes.len()).unwrap();
    packet_of(Order::Little, (second, 0), (len, len), bytes)
}

pub(super) fn packet_of(
    order: Order,
    (seconds, ticks): (u32, u32),
    (len, original_len): (u32, u32),
    bytes: &[u8],
) -> Vec<u8> {
    let numbers = [seconds, ticks, len, original_len].map(|number| order.u32(number));
    [numbers.as_flattened(), bytes].concat()
}

#[test]
fn both_byte_orders_and_resolutions_read_the_same() {
    for order in Order::BOTH {
        for (magic, ticks, at) in [
            (0xa1b2_c3d4, 123_456, Nanos(AT.0 - 789)),
            (0xa1b2_3c4d, 123_456_789, AT),
        ] {
            let capture = [
                header_of(order, magic, 1),
                packet_of(order, (1_700_000_000, ticks), (3, 3), b"abc"),
                packet_of(order, (1_700_000_000, ticks), (2, 1_500), b"de"),
            ];
            let cut = Record {
                original_len: 1_500,
                ..record(at, ETHERNET, b"de")
            };
            let expected = [record(at, ETHERNET, b"abc"), cut];
            assert_eq!(records(&capture.concat()), expected, "{order:?} {magic:x}");
        }
    }
}

#[test]
fn the_patched_format_has_longer_records() {
    for order in Order::BOTH {
        let mut packet = packet_of(order, (1_700_000_000, 0), (3, 3), &[9; 8]);
        packet.extend(b"abc");
        let capture = [header_of(order, 0xa1b2_cd34, 1), packet].concat();
        let at = Nanos::from_secs(1_700_000_000);
        assert_eq!(records(&capture), [record(at, ETHERNET, b"abc")]);
    }
}

#[test]
fn the_length_of_a_check_sequence_is_no_part_of_the_link_type() {
    let link = 0x2400_0000 + 101;
    let capture = [header_of(Order::Little, 0xa1b2_c3d4, link), packet(1, b"a")];
    assert_eq!(
        records(&capture.concat())[0].link,
        Link::Known(LinkLayer::Ip)
    );
}

#[test]
fn an_unknown_link_type_keeps_its_number() {
    let capture = [header_of(Order::Little, 0xa1b2_c3d4, 127), packet(1, b"a")];
    assert_eq!(records(&capture.concat())[0].link, Link::Unknown(127));
}
