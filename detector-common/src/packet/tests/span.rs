//! Headers are looked for in the first bytes alone.

use super::*;
use crate::bytes::HEADER_SPAN;
use std::vec;

const TCP_HEADER_READ: usize = 16;

/// A raw IPv6 packet whose TCP header begins at `tcp_at`, behind destination options.
fn packet_with_tcp_at(tcp_at: usize) -> Vec<u8> {
    let options_len = tcp_at - 40;
    let mut bytes = vec![0; tcp_at + 20];
    bytes[0] = 0x60;
    let payload_len = u16::try_from(options_len + 20).unwrap();
    bytes[4..6].copy_from_slice(&payload_len.to_be_bytes());
    bytes[6] = 60;
    bytes[40] = 6;
    bytes[41] = u8::try_from(options_len / 8 - 1).unwrap();
    bytes[tcp_at + 12] = 0x50;
    bytes
}

#[test]
fn a_header_that_ends_with_the_span_is_read() {
    let bytes = packet_with_tcp_at(HEADER_SPAN - TCP_HEADER_READ);
    assert!(parse(bytes.as_slice(), LinkLayer::Ip).is_ok());
}

#[test]
fn a_header_beyond_the_span_is_truncated() {
    let bytes = packet_with_tcp_at(HEADER_SPAN - TCP_HEADER_READ + 8);
    assert_eq!(parse(bytes.as_slice(), LinkLayer::Ip), Err(Skip::Truncated));
}

#[test]
fn the_span_counts_from_the_first_byte_of_the_frame() {
    let mut bytes = frame("02 00 00 00 00 02  02 00 00 00 00 01  86 dd");
    bytes.extend(packet_with_tcp_at(HEADER_SPAN - TCP_HEADER_READ));
    assert_eq!(
        parse(bytes.as_slice(), LinkLayer::Ethernet),
        Err(Skip::Truncated)
    );
}

#[test]
fn the_longest_extension_header_does_not_wrap() {
    let bytes = packet_with_tcp_at(40 + 256 * 8);
    assert_eq!(parse(bytes.as_slice(), LinkLayer::Ip), Err(Skip::Truncated));
}
