//! TCP, UDP, and what is neither.

use super::*;
use std::format;

/// Raw IPv4 frames and what is wrong with their TCP.
const BAD_TCP: [(&str, &str, Skip); 6] = [
    (
        "a header of four words",
        "
        45 00 00 28  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4
        c3 50 01 bb  00 00 00 01  00 00 00 01  40 10 01 00  00 00 00 00 | TCP: 4 words
    ",
        Skip::BadTcpHeader,
    ),
    (
        "a header of no words",
        "
        45 00 00 28  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4
        c3 50 01 bb  00 00 00 01  00 00 00 01  00 10 01 00  00 00 00 00 | TCP: 0 words
    ",
        Skip::BadTcpHeader,
    ),
    (
        "a header longer than the segment by a word",
        "
        45 00 00 28  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 40 bytes
        c3 50 01 bb  00 00 00 01  00 00 00 01  60 10 01 00  00 00 00 00 | TCP: 6 words
    ",
        Skip::BadLength,
    ),
    (
        "a header far longer than the segment",
        "
        45 00 00 34  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 52 bytes
        c3 50 01 bb  00 00 00 01  00 00 00 01  f0 10 01 00  00 00 00 00 | TCP: 15 words
        01 01 08 0a 00 00 00 00 00 00 00 00                             | timestamps
    ",
        Skip::BadLength,
    ),
    (
        "a first fragment that splits the header (RFC 1858)",
        "
        45 00 00 1c  12 34 20 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 28 bytes, more
        c3 50 01 bb  00 00 00 01                                        | TCP: 8 bytes
        00 00 00 00  50 02 fa f0  00 00 00 00                           | behind its end
    ",
        Skip::BadLength,
    ),
    (
        "a header that ends with the packet",
        "
        45 00 00 28  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10                    | TCP: no window
    ",
        Skip::Truncated,
    ),
];

#[test]
fn an_impossible_tcp_header_is_named() {
    assert_skipped(&BAD_TCP);
}

#[test]
fn options_of_tcp_are_no_payload() {
    let text = "
        45 00 00 3d  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 61 bytes
        c3 50 01 bb  00 00 00 01  00 00 00 00  a0 02 fa f0  00 00 00 00 | TCP: SYN, 10 words
        02 04 05 b4  04 02 08 0a 00 00 00 00 00 00 00 00  01 03 03 07   | options
        61                                                              | payload
    ";
    let packet = parsed(LinkLayer::Ip, text).unwrap();
    assert_eq!(tcp(&packet).payload_len, 1);
    assert!(tcp(&packet).flags.is_syn());
}

#[test]
fn every_field_of_a_datagram_is_read() {
    let text = "
        45 00 00 1f  12 34 00 00  40 11 00 00  c0 00 02 01  c6 33 64 07 | IPv4: UDP
        c3 50 01 bb  00 0b 00 00  61 62 63                              | UDP: 11 bytes
    ";
    let packet = parsed(LinkLayer::Ip, text).unwrap();
    let expected = udp::Datagram {
        source_port: 50_000,
        destination_port: 443,
        payload_len: 3,
        is_quic_initial: false,
    };
    assert_eq!(packet.udp(), Some(&expected));
    assert!(!packet.dont_fragment);
    assert_eq!(packet.tcp(), None);
    assert_eq!(packet.icmp_error(), None);
}

const UDP_LENGTHS: [(&str, Result<u16, Skip>); 5] = [
    ("00 00", Err(Skip::BadLength)),
    ("00 07", Err(Skip::BadLength)),
    ("00 08", Ok(0)),
    ("00 09", Ok(1)),
    ("ff ff", Ok(65_527)),
];

#[test]
fn a_datagram_is_at_least_its_header() {
    for (len, payload_len) in UDP_LENGTHS {
        let text = format!(
            "
        45 00 00 1d  00 00 40 00  40 11 00 00  c0 00 02 01  c6 33 64 07 | IPv4: UDP
        c3 50 01 bb  {len} 00 00  61                                    | UDP
            "
        );
        let datagram = parsed(LinkLayer::Ip, &text).map(|it| *it.udp().unwrap());
        assert_eq!(datagram.map(|it| it.payload_len), payload_len, "{len}");
    }
}

/// Protocols of IPv4 and IPv6 that are not followed.
const NOT_FOLLOWED: [(&str, u8, Family, Skip); 15] = [
    ("IPv4 in IPv4", 4, Family::V4, Skip::Encapsulated),
    ("IPv4 in IPv6", 4, Family::V6, Skip::Encapsulated),
    ("IPv6 in IPv4", 41, Family::V4, Skip::Encapsulated),
    ("IPv6 in IPv6", 41, Family::V6, Skip::Encapsulated),
    ("GRE in IPv4", 47, Family::V4, Skip::Encapsulated),
    ("GRE in IPv6", 47, Family::V6, Skip::Encapsulated),
    ("ESP in IPv4", 50, Family::V4, Skip::Encapsulated),
    ("ESP in IPv6", 50, Family::V6, Skip::Encapsulated),
    ("SCTP in IPv4", 132, Family::V4, Skip::OtherTransport),
    ("SCTP in IPv6", 132, Family::V6, Skip::OtherTransport),
    ("IGMP", 2, Family::V4, Skip::OtherTransport),
    ("ICMPv6 in IPv4", 58, Family::V4, Skip::OtherTransport),
    ("ICMP in IPv6", 1, Family::V6, Skip::OtherTransport),
    ("no next header", 59, Family::V6, Skip::OtherTransport),
    (
        "an extension header in IPv4",
        60,
        Family::V4,
        Skip::OtherTransport,
    ),
];

#[test]
fn a_protocol_that_is_not_followed_is_named() {
    for (name, protocol, family, skip) in NOT_FOLLOWED {
        let header = match family {
            Family::V4 => format!(
                "45 00 00 28  00 00 40 00  40 {protocol:02x} 00 00  c0 00 02 01  c6 33 64 07"
            ),
            Family::V6 => format!(
                "60 00 00 00  00 14 {protocol:02x} 40
                20010db8 00000000 00000000 00000001
                20010db8 00640000 00000000 00000007"
            ),
        };
        let body = "45 00 00 14  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07";
        let text = format!("{header}\n{body}");
        assert_eq!(parsed(LinkLayer::Ip, &text), Err(skip), "{name}");
    }
}

#[test]
fn udp_and_icmp_end_with_their_ip_packet() {
    assert_skipped(&[
        (
            "shorter than UDP",
            "
        45 00 00 18  00 00 40 00  40 11 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 24 bytes, UDP
        c3 50 01 bb  00 10 00 00  00 00 00 00 00 00 00 00               | 4 bytes, then padding
        ",
            Skip::BadLength,
        ),
        (
            "no quote in the packet, but one in the padding",
            "
        45 00 00 1c  00 00 00 00  3f 01 00 00  cb 00 71 09  c0 00 02 01 | IPv4: 28 bytes, ICMP
        03 0d 00 00 00 00 00 00                                         | prohibited, no quote
        45 00 00 3c  12 34 40 00  01 06 00 00  c0 00 02 01  c6 33 64 07 | behind the end
        c3 50 01 bb  00 00 03 e8                                        | behind the end
        ",
            Skip::BadQuote,
        ),
    ]);
}
