//! pcapng.

use super::*;

const NO_OPTIONS: &[u8] = &[];

fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
    let len = order.u32(u32::try_from(12 + body.len() + padding.len()).unwrap());
    [&order.u32(kind)[..], &len, body, &padding, &len].concat()
}

pub(super) fn section(order: Order) -> Vec<u8> {
    let body = [
        &order.u32(0x1a2b_3c4d)[..],
        &order.u16(1),
        &order.u16(0),
        &order.u64(u64::MAX),
    ];
    block(order, 0x0a0d_0d0a, &body.concat())
}

pub(super) fn interface(order: Order, link: u16, options: &[u8]) -> Vec<u8> {
    let body = [&order.u16(link)[..], &order.u16(0), &order.u32(4), options];
    block(order, 1, &body.concat())
}

fn option(order: Order, code: u16, value: &[u8]) -> Vec<u8> {
    let len = order.u16(u16::try_from(value.len()).unwrap());
    let padding = vec![0; value.len().next_multiple_of(4) - value.len()];
    [&order.u16(code)[..], &len, value, &padding].concat()
}

pub(super) fn enhanced(order: Order, number: u32, ticks: u64, bytes: &[u8]) -> Vec<u8> {
    let len = u32::try_from(bytes.len()).unwrap();
    let [high, low] = halves(ticks);
    let numbers = [number, high, low, len, len + 1].map(|number| order.u32(number));
    block(order, 6, &[numbers.as_flattened(), bytes].concat())
}

fn halves(ticks: u64) -> [u32; 2] {
    [ticks >> 32, ticks % (1 << 32)].map(|half| u32::try_from(half).unwrap())
}

/// As [`enhanced`] writes them: one byte was cut off.
fn cut(at: Nanos, link: Link, bytes: &[u8]) -> Record {
    Record {
        original_len: bytes.len() + 1,
        ..record(at, link, bytes)
    }
}

#[test]
fn every_interface_has_its_own_link_type_and_clock() {
    for order in Order::BOTH {
        let nanos = option(order, 9, &[9]);
        let binary = option(order, 9, &[0x8a]);
        let late = [option(order, 9, &[9]), option(order, 14, &order.u64(100))].concat();
        let capture = [
            section(order),
            interface(order, 1, NO_OPTIONS),
            interface(order, 101, &nanos),
            interface(order, 276, &binary),
            interface(order, 1, &late),
            enhanced(order, 0, AT.0 / 1_000, b"micro"),
            enhanced(order, 1, AT.0, b"nano"),
            enhanced(order, 2, 5 * 1_024 + 512, b"binary"),
            enhanced(order, 3, 7, b"late"),
        ];
        let read = records(&capture.concat());
        let times: Vec<Nanos> = read.iter().map(|record| record.at).collect();
        let expected = [
            Nanos(AT.0 - 789),
            AT,
            Nanos::from_millis(5_500),
            Nanos(Nanos::from_secs(100).0 + 7),
        ];
        assert_eq!(times, expected, "{order:?}");
        assert_eq!(read[0], cut(times[0], ETHERNET, b"micro"));
        assert_eq!(read[1], cut(AT, Link::Known(LinkLayer::Ip), b"nano"));
        assert!(matches!(read[2].link, Link::Known(LinkLayer::Captured(_))));
    }
}

#[test]
fn a_new_section_forgets_the_interfaces_and_may_turn_the_byte_order() {
    let [a, b] = Order::BOTH;
    let capture = [
        section(a),
        interface(a, 101, NO_OPTIONS),
        enhanced(a, 0, 1, b"first"),
        section(b),
        interface(b, 1, NO_OPTIONS),
        enhanced(b, 0, 2, b"second"),
    ];
    let expected = [
        cut(Nanos(1_000), Link::Known(LinkLayer::Ip), b"first"),
        cut(Nanos(2_000), ETHERNET, b"second"),
    ];
    assert_eq!(records(&capture.concat()), expected);
}

#[test]
fn a_simple_packet_takes_the_time_of_the_one_before_it_and_ends_at_the_snap_length() {
    for order in Order::BOTH {
        let simple = [&order.u32(9)[..], b"abcd"].concat();
        let capture = [
            section(order),
            interface(order, 1, NO_OPTIONS),
            enhanced(order, 0, 5, b"x"),
            block(order, 3, &simple),
        ];
        let expected = Record {
            original_len: 9,
            ..record(Nanos(5_000), ETHERNET, b"abcd")
        };
        assert_eq!(records(&capture.concat())[1], expected);
    }
}

#[test]
fn the_packet_block_of_old_versions_is_read() {
    for order in Order::BOTH {
        let numbers = [0, 5, 3, 3].map(|number| order.u32(number));
        let body = [&order.u16(0)[..], &[0; 2], numbers.as_flattened(), b"abc"].concat();
        let capture = [
            section(order),
            interface(order, 1, NO_OPTIONS),
            block(order, 2, &body),
        ];
        let expected = [record(Nanos(5_000), ETHERNET, b"abc")];
        assert_eq!(records(&capture.concat()), expected);
    }
}

#[test]
fn blocks_of_other_kinds_are_passed_over() {
    let order = Order::Little;
    let capture = [
        section(order),
        interface(order, 1, NO_OPTIONS),
        block(order, 0x0bad_cafe, b"whatever this is"),
        block(order, 4, &[0; 8]),
        enhanced(order, 0, 1, b"x"),
    ];
    assert_eq!(records(&capture.concat()).len(), 1);
}

#[test]
fn a_packet_of_an_interface_that_is_not_described_costs_that_packet() {
    let order = Order::Little;
    let capture = [
        section(order),
        interface(order, 1, NO_OPTIONS),
        enhanced(order, 7, 1, b"lost"),
        enhanced(order, 0, 2, b"found"),
    ];
    let expected = [cut(Nanos(2_000), ETHERNET, b"found")];
    assert_eq!(records(&capture.concat()), expected);
}

#[test]
fn a_block_that_is_too_long_is_left_out() {
    let order = Order::Little;
    let capture = [
        section(order),
        block(order, 0x0bad_cafe, &vec![0; 2 * MAX_PACKET]),
        interface(order, 1, NO_OPTIONS),
        enhanced(order, 0, 2, b"found"),
    ];
    assert_eq!(records(&capture.concat()).len(), 1);
}
