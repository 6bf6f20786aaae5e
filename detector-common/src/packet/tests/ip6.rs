//! The IPv6 header and what stands between it and the transport.

use super::*;
use std::{format, string::String};

/// An IPv6 packet from its payload length, its first next header and what follows the header.
fn ip6(payload_len: usize, next_header: u8, body: &str) -> String {
    format!(
        "
        60 00 00 00  {payload_len:04x} {next_header:02x} 40             | IPv6: hop limit 64
        20010db8 00000000 00000000 00000001                             | from 2001:db8::1
        20010db8 00640000 00000000 00000007                             | to 2001:db8:64::7
        {body}"
    )
}

/// A segment with two bytes of payload.
const SEGMENT: &str = "
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
        61 62                                                           | payload
";
const SEGMENT_LEN: usize = 22;
const TCP: u8 = 6;

fn assert_carries_the_segment(name: &str, next_header: u8, extensions: &str) {
    let payload_len = frame(extensions).len() + SEGMENT_LEN;
    let text = ip6(
        payload_len,
        next_header,
        &format!("{extensions}\n{SEGMENT}"),
    );
    let packet = parsed(LinkLayer::Ip, &text).expect(name);
    let segment = tcp(&packet);
    assert_eq!(segment.source_port, 50_000, "{name}");
    assert_eq!(segment.payload_len, 2, "{name}");
}

#[test]
fn every_field_of_a_plain_packet_is_read() {
    let packet = parsed(
        LinkLayer::Ip,
        "
        6f ff ff ff  00 16 06 39                                        | IPv6: hop limit 57
        20010db8 00000000 00000000 00000001                             | from 2001:db8::1
        20010db8 00640000 00000000 00000007                             | to 2001:db8:64::7
        c3 50 01 bb  80 00 00 01  ff ff ff fe  50 11 01 00  00 00 00 00 | TCP: FIN ACK
        61 62                                                           | payload
        ",
    );
    let packet = packet.unwrap();
    assert_eq!(packet.source.high, 0x2001_0db8_0000_0000);
    assert_eq!(packet.source.low, 1);
    assert_eq!(packet.destination.high, 0x2001_0db8_0064_0000);
    assert_eq!(packet.destination.low, 7);
    assert_eq!(
        (packet.ttl, packet.ip_id, packet.dont_fragment),
        (57, 0, true)
    );
    let segment = tcp(&packet);
    assert_eq!((segment.seq, segment.ack), (0x8000_0001, 0xffff_fffe));
    assert!(segment.flags.fin() && segment.flags.ack());
    assert_eq!(segment.payload_len, 2);
}

/// Every kind of extension header, followed by TCP.
const EXTENSIONS: [(&str, u8, &str); 11] = [
    ("hop by hop", 0, "06 00  05 02 00 00  01 00 | router alert"),
    (
        "routing",
        43,
        "06 02 04 00  00000000 20010db8 00000000 00000000 00000009 | segment list of one",
    ),
    (
        "first fragment",
        44,
        "06 00  00 01  12345678 | offset 0, more",
    ),
    ("only fragment", 44, "06 00  00 00  12345678 | RFC 6946"),
    (
        "fragment, reserved bits set",
        44,
        "06 ff  00 06  12345678 | offset 0",
    ),
    (
        "authentication, 12 bytes",
        51,
        "06 01 00 00  00000100 00000001 | without a check value",
    ),
    (
        "authentication, 24 bytes",
        51,
        "
        06 04 00 00  00000100 00000001  00000000 00000000 00000000      | 96 bits of check value",
    ),
    ("destination options", 60, "06 00  01 04 00000000 | padding"),
    (
        "destination options, 16 bytes",
        60,
        "06 01  01 0c 00000000 00000000 00000000",
    ),
    ("mobility", 135, "06 00 05 00  0000 0000 | binding update"),
    (
        "two of a kind",
        60,
        "
        3c 00  01 04 00000000                                           | padding
        06 00  01 04 00000000                                           | padding",
    ),
];

#[test]
fn every_extension_header_is_stepped_over() {
    for (name, kind, extensions) in EXTENSIONS {
        assert_carries_the_segment(name, kind, extensions);
    }
}

const SIX: &str = "
        3c 00  01 04 00000000                                           | hop by hop
        2b 00  01 04 00000000                                           | destination options
        2c 00  04 00 00000000                                           | routing
        33 00  00 01 12345678                                           | first fragment
        3c 02 00 00  00000100 00000001 00000000                         | authentication, 16 bytes
        06 00  01 04 00000000                                           | destination options
";

#[test]
fn six_extension_headers_are_stepped_over() {
    assert_carries_the_segment("six", 0, SIX);
}

#[test]
fn a_seventh_extension_header_is_too_many() {
    let seven = format!("00 00  01 04 00000000\n{SIX}{SEGMENT}");
    let text = ip6(frame(&seven).len(), 60, &seven);
    assert_eq!(parsed(LinkLayer::Ip, &text), Err(Skip::ExtensionDepth));
}

#[test]
fn a_later_fragment_is_never_read_as_tcp() {
    for offset in ["00 08", "00 09", "ff f8"] {
        let body = format!("06 00 {offset} 12345678\n{SEGMENT}");
        let text = ip6(30, 44, &body);
        assert_eq!(
            parsed(LinkLayer::Ip, &text),
            Err(Skip::LaterFragment),
            "{offset}"
        );
    }
}

#[test]
fn a_later_fragment_is_seen_behind_other_extension_headers() {
    let body = format!("2c 00 01 04 00000000\n06 00 00 08 12345678\n{SEGMENT}");
    let text = ip6(38, 60, &body);
    assert_eq!(parsed(LinkLayer::Ip, &text), Err(Skip::LaterFragment));
}

#[test]
fn a_zero_payload_length_stands_for_the_packets_own() {
    let plain = ip6(0, TCP, SEGMENT);
    let packet = parsed(LinkLayer::Ip, &plain).unwrap();
    assert_eq!(tcp(&packet).payload_len, 2);

    let jumbo = format!("06 00 c2 04 00 02 bf 34 | jumbo payload: 180,020 bytes\n{SEGMENT}");
    let mut bytes = frame(&ip6(0, 0, &jumbo));
    bytes.resize(40 + 8 + 20 + 180_000, 0);
    let packet = parse(bytes.as_slice(), LinkLayer::Ip).unwrap();
    assert_eq!(tcp(&packet).payload_len, 180_000);
}

#[test]
fn an_address_of_ipv4_in_disguise_is_named() {
    let text = ip6(SEGMENT_LEN, TCP, SEGMENT);
    for (name, genuine) in [
        ("sender", "20010db8 00000000 00000000 00000001"),
        ("receiver", "20010db8 00640000 00000000 00000007"),
    ] {
        let mapped = text.replace(genuine, "00000000 00000000 0000ffff c6336407");
        let compatible = text.replace(genuine, "00000000 00000000 00000000 c6336407");
        assert_skipped(&[(name, &mapped, Skip::BadIpHeader)]);
        assert!(parsed(LinkLayer::Ip, &compatible).is_ok(), "{name}");
    }
}

#[test]
fn an_impossible_header_is_named() {
    let version_4 = "
        02 00 00 00 00 02  02 00 00 00 00 01  86 dd                     | Ethernet: IPv6
        45 00 00 28  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | but version 4
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
    ";
    assert_eq!(
        parsed(LinkLayer::Ethernet, version_4),
        Err(Skip::BadIpHeader)
    );
    let extension = format!("06 00 01 04 00000000\n{SEGMENT}");
    assert_skipped(&[
        (
            "shorter than an extension",
            &ip6(7, 60, &extension),
            Skip::BadLength,
        ),
        ("shorter than TCP", &ip6(19, TCP, SEGMENT), Skip::BadLength),
        (
            "an extension that is not there",
            &ip6(30, 60, ""),
            Skip::Truncated,
        ),
        (
            "an extension past the end",
            &ip6(50, 60, "06 02 01 16"),
            Skip::Truncated,
        ),
    ]);
}
