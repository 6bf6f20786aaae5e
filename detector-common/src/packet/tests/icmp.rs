//! ICMP: errors and the packet that they quote.

use super::*;
use std::format;

#[test]
fn an_ipv4_error_names_the_connection_that_it_is_about() {
    let text = "
        45 00 00 38  00 00 00 00  3f 01 00 00  cb 00 71 09  c0 00 02 01 | 203.0.113.9 says
        03 0d 00 00 00 00 00 00                                         | prohibited
        45 00 00 3c  12 34 40 00  01 06 00 00  c0 00 02 01  c6 33 64 07 | quoted IPv4
        c3 50 01 bb  00 00 03 e8                                        | quoted TCP
    ";
    let packet = parsed(LinkLayer::Ip, text).unwrap();
    let expected = IcmpError {
        kind: 3,
        code: 13,
        quoted_destination: Address::v4([198, 51, 100, 7]),
        quoted_protocol: PROTOCOL_TCP,
        quoted_source_port: 50_000,
        quoted_destination_port: 443,
        quoted_seq: 1_000,
    };
    assert_eq!(packet.icmp_error(), Some(&expected));
    assert_eq!(packet.source, Address::v4([203, 0, 113, 9]));
    assert_eq!(packet.ttl, 63);
    assert_eq!(packet.tcp(), None);
    assert_eq!(packet.udp(), None);
}

#[test]
fn an_ipv6_error_names_the_connection_that_it_is_about() {
    let text = "
        60 00 00 00  00 40 3a 3f                                        | IPv6: ICMPv6
        20010db8 00090000 00000000 00000009                             | from 2001:db8:9::9
        20010db8 00000000 00000000 00000001                             | to 2001:db8::1
        01 01 00 00 00 00 00 00                                         | prohibited
        60 00 00 00  00 10 3c 01                                        | quoted IPv6
        20010db8 00000000 00000000 00000001                             | from 2001:db8::1
        20010db8 00640000 00000000 00000007                             | to 2001:db8:64::7
        11 00 01 04 00 00 00 00                                         | destination options
        c3 50 01 bb  00 08 00 00                                        | quoted UDP
    ";
    let packet = parsed(LinkLayer::Ip, text).unwrap();
    let expected = IcmpError {
        kind: 1,
        code: 1,
        quoted_destination: Address {
            high: 0x2001_0db8_0064_0000,
            low: 7,
        },
        quoted_protocol: PROTOCOL_UDP,
        quoted_source_port: 50_000,
        quoted_destination_port: 443,
        // Of a datagram: length and checksum.
        quoted_seq: 0x0008_0000,
    };
    assert_eq!(packet.icmp_error(), Some(&expected));
}

#[test]
#[cfg_attr(miri, ignore = "so many types take minutes")]
fn only_errors_are_followed_in_ipv4() {
    for kind in 0..=u8::MAX {
        let text = format!(
            "
        45 00 00 38  00 00 00 00  3f 01 00 00  cb 00 71 09  c0 00 02 01 | IPv4: ICMP
        {kind:02x} 00 00 00 00 00 00 00                                 | of this type
        45 00 00 3c  12 34 40 00  01 06 00 00  c0 00 02 01  c6 33 64 07 | quoted IPv4
        c3 50 01 bb  00 00 03 e8                                        | quoted TCP
            "
        );
        let outcome = parsed(LinkLayer::Ip, &text).map(|it| it.icmp_error().unwrap().kind);
        let is_error = [3, 11, 12].contains(&kind);
        let expected = is_error.then_some(kind).ok_or(Skip::IcmpNotError);
        assert_eq!(outcome, expected, "type {kind}");
    }
}

#[test]
#[cfg_attr(miri, ignore = "so many types take minutes")]
fn only_errors_are_followed_in_ipv6() {
    for kind in 0..=u8::MAX {
        let text = format!(
            "
        60 00 00 00  00 38 3a 3f                                        | IPv6: ICMPv6
        20010db8 00090000 00000000 00000009                             | from 2001:db8:9::9
        20010db8 00000000 00000000 00000001                             | to 2001:db8::1
        {kind:02x} 00 00 00 00 00 00 00                                 | of this type
        60 00 00 00  00 08 06 01                                        | quoted IPv6
        20010db8 00000000 00000000 00000001                             | from 2001:db8::1
        20010db8 00640000 00000000 00000007                             | to 2001:db8:64::7
        c3 50 01 bb  00 00 03 e8                                        | quoted TCP
            "
        );
        let outcome = parsed(LinkLayer::Ip, &text).map(|it| it.icmp_error().unwrap().kind);
        let is_error = (1..=4).contains(&kind);
        let expected = is_error.then_some(kind).ok_or(Skip::IcmpNotError);
        assert_eq!(outcome, expected, "type {kind}");
    }
}

/// What may stand behind the header of an unreachable that 203.0.113.9 sends to 192.0.2.1.
const BAD_QUOTES: [(&str, &str); 9] = [
    ("nothing", ""),
    ("half a header", "45 00 00 3c  12 34 40 00  01 06"),
    (
        "a packet of somebody else",
        "
        45 00 00 3c  12 34 40 00  01 06 00 00  c0 00 02 02  c6 33 64 07 | from 192.0.2.2
        c3 50 01 bb  00 00 03 e8                                        | quoted TCP",
    ),
    (
        "a packet to the receiver instead of from it",
        "
        45 00 00 3c  12 34 40 00  01 06 00 00  c6 33 64 07  c0 00 02 01 | to 192.0.2.1
        c3 50 01 bb  00 00 03 e8                                        | quoted TCP",
    ),
    (
        "no ports",
        "45 00 00 3c  12 34 40 00  01 06 00 00  c0 00 02 01  c6 33 64 07",
    ),
    (
        "half the ports",
        "
        45 00 00 3c  12 34 40 00  01 06 00 00  c0 00 02 01  c6 33 64 07 | quoted IPv4
        c3 50 01                                                        | three bytes of TCP",
    ),
    (
        "a later fragment",
        "
        45 00 00 3c  12 34 00 b9  01 06 00 00  c0 00 02 01  c6 33 64 07 | offset 1480
        c3 50 01 bb  00 00 03 e8                                        | no TCP",
    ),
    (
        "an impossible header",
        "
        44 00 00 3c  12 34 40 00  01 06 00 00  c0 00 02 01  c6 33 64 07 | four words
        c3 50 01 bb  00 00 03 e8                                        | quoted TCP",
    ),
    (
        "another version",
        "
        60 00 00 00  00 08 06 01                                        | quoted IPv6
        20010db8 00000000 00000000 00000001                             | from 2001:db8::1
        20010db8 00640000 00000000 00000007                             | to 2001:db8:64::7",
    ),
];

#[test]
fn an_error_about_nothing_that_its_receiver_sent_is_refused() {
    for (name, quote) in BAD_QUOTES {
        let text = format!(
            "
        45 00 00 38  00 00 00 00  3f 01 00 00  cb 00 71 09  c0 00 02 01 | IPv4: ICMP
        03 01 00 00 00 00 00 00                                         | host unreachable
        {quote}"
        );
        assert_eq!(parsed(LinkLayer::Ip, &text), Err(Skip::BadQuote), "{name}");
    }
}

#[test]
fn a_quote_may_be_of_any_transport() {
    let text = "
        45 00 00 3c  00 00 00 00  3f 01 00 00  cb 00 71 09  c0 00 02 01 | IPv4: ICMP
        0b 00 00 00 00 00 00 00                                         | time exceeded
        46 00 00 3c  12 34 40 00  01 84 00 00  c0 00 02 01  c6 33 64 07 | SCTP, one option
        94 04 00 00                                                     | router alert
        c3 50 01 bb  00 00 03 e8                                        | quoted SCTP
    ";
    let packet = parsed(LinkLayer::Ip, text).unwrap();
    let error = packet.icmp_error().unwrap();
    assert_eq!((error.kind, error.quoted_protocol), (11, 132));
    assert_eq!(error.quoted_destination_port, 443);
}
