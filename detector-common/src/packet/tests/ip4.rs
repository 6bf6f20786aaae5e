//! The IPv4 header, its options, lengths and fragments.

use super::*;

#[test]
fn every_field_of_a_plain_frame_is_read() {
    let packet = parsed(
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  08 00                     | Ethernet: IPv4
        45 00 00 2b  12 34 40 00  39 06 00 00  c0 00 02 01  c6 33 64 07 | id 1234, DF, TTL 57
        c3 50 01 bb  80 00 00 01  ff ff ff fe  50 18 01 00  00 00 00 00 | PSH ACK, window 256
        61 62 63                                                        | payload
        00 00 00                                                        | Ethernet's padding
        ",
    );
    let packet = packet.unwrap();
    assert_eq!(packet.source, Address::v4([192, 0, 2, 1]));
    assert_eq!(packet.destination, Address::v4([198, 51, 100, 7]));
    assert_eq!(
        (packet.ttl, packet.ip_id, packet.dont_fragment),
        (57, 0x1234, true)
    );
    let expected = tcp::Segment {
        source_port: 50_000,
        destination_port: 443,
        seq: 0x8000_0001,
        ack: 0xffff_fffe,
        flags: tcp::Flags(0x18),
        window: 256,
        payload_len: 3,
    };
    assert_eq!(tcp(&packet), expected);
    assert_eq!(packet.udp(), None);
    assert_eq!(packet.icmp_error(), None);
}

/// Frames of one TCP segment, and the length of its payload.
const LENGTHS: [(&str, &str, u32); 6] = [
    (
        "one word of options",
        "
        46 00 00 2d  00 00 00 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 45 bytes, 6 words
        94 04 00 00                                                     | router alert
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
        61                                                              | payload
    ",
        1,
    ),
    (
        "ten words of options",
        "
        4f 00 00 51  00 00 00 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 81 bytes, 15 words
        07 27 04 00 00 00 00 00  00 00 00 00 00 00 00 00                | record route
        00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00
        00 00 00 00 00 00 00 00
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
        61                                                              | payload
    ",
        1,
    ),
    (
        "a length of zero, so the packet's own (BIG TCP)",
        "
        45 00 00 00  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 0 bytes
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
        61 62 63 64 65                                                  | payload
    ",
        5,
    ),
    (
        "a length beyond the bytes at hand (a short capture)",
        "
        45 00 05 dc  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 1,500 bytes
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
    ",
        1_460,
    ),
    (
        "the first fragment",
        "
        45 00 00 2c  12 34 20 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: offset 0, more
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
        61 62 63 64                                                     | payload
    ",
        4,
    ),
    (
        "the reserved bit (RFC 3514)",
        "
        45 00 00 28  12 34 80 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: evil
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
    ",
        0,
    ),
];

#[test]
fn the_payload_is_what_the_ip_length_leaves_of_it() {
    for (name, text, payload_len) in LENGTHS {
        let packet = parsed(LinkLayer::Ip, text).expect(name);
        assert_eq!(tcp(&packet).payload_len, payload_len, "{name}");
        assert_eq!(tcp(&packet).source_port, 50_000, "{name}");
    }
}

#[test]
fn a_zero_length_leaves_out_the_link_header() {
    let text = "
        02 00 00 00 00 02  02 00 00 00 00 01  08 00                     | Ethernet: IPv4
        45 00 00 00  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 0 bytes
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
        61 62 63 64 65                                                  | payload
    ";
    let packet = parsed(LinkLayer::Ethernet, text).unwrap();
    assert_eq!(tcp(&packet).payload_len, 5);
}

#[test]
#[cfg_attr(miri, ignore = "so long a packet takes minutes")]
fn a_super_packet_above_64_kib_has_its_whole_payload() {
    let mut bytes = frame(
        "
        45 00 00 00  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 0 bytes
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
        ",
    );
    bytes.resize(40 + 180_000, 0);
    let packet = parse(bytes.as_slice(), LinkLayer::Ip).unwrap();
    assert_eq!(tcp(&packet).payload_len, 180_000);
}

/// Raw frames whose header cannot be.
const IMPOSSIBLE: [(&str, &str, Skip); 5] = [
    (
        "four words",
        "
        44 00 00 28  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 4 words
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
        ",
        Skip::BadIpHeader,
    ),
    (
        "no words",
        "
        40 00 00 28  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 0 words
        ",
        Skip::BadIpHeader,
    ),
    (
        "shorter than itself",
        "
        45 00 00 13  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 19 bytes
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
        ",
        Skip::BadLength,
    ),
    (
        "shorter than its options",
        "
        4f 00 00 28  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 15 words, 40 bytes
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
        ",
        Skip::BadLength,
    ),
    (
        "options that are not there",
        "
        4f 00 00 50  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: 15 words
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | TCP: ACK
        ",
        Skip::Truncated,
    ),
];

#[test]
fn an_impossible_header_is_named() {
    assert_skipped(&IMPOSSIBLE);
}

#[test]
fn a_version_that_contradicts_the_ethertype_is_named() {
    let version_6 = "
        02 00 00 00 00 02  02 00 00 00 00 01  08 00                     | Ethernet: IPv4
        65 00 00 28  00 00 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | but version 6
    ";
    assert_eq!(
        parsed(LinkLayer::Ethernet, version_6),
        Err(Skip::BadIpHeader)
    );
}

#[test]
fn a_later_fragment_is_never_read_as_tcp() {
    assert_skipped(&[
        (
            "in the middle",
            "
        45 00 00 28  12 34 20 b9  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: offset 1480, more
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | looks like TCP
        ",
            Skip::LaterFragment,
        ),
        (
            "the last one",
            "
        45 00 00 28  12 34 00 01  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: offset 8
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | looks like TCP
        ",
            Skip::LaterFragment,
        ),
        (
            "the highest offset",
            "
        45 00 00 28  12 34 1f ff  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: offset 65528
        c3 50 01 bb  00 00 00 01  00 00 00 01  50 10 01 00  00 00 00 00 | looks like TCP
        ",
            Skip::LaterFragment,
        ),
    ]);
}
