//! What may stand before the IP header.

use super::*;

/// Every frame of this file that is followed carries one of two SYNs.
fn assert_is_the_syn(packet: &Packet, source: Address, destination: Address) {
    assert_eq!(packet.source, source);
    assert_eq!(packet.destination, destination);
    assert_eq!(packet.ttl, 64);
    let segment = tcp(packet);
    assert_eq!(
        (segment.source_port, segment.destination_port),
        (50_000, 443)
    );
    assert_eq!(segment.seq, 1_000);
    assert!(segment.flags.is_syn());
}

const V4_FRAMES: [(&str, LinkLayer, &str); 7] = [
    (
        "Ethernet",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  08 00                     | Ethernet: IPv4
        45 00 00 28  12 34 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: TCP
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
    ),
    (
        "802.1Q",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  81 00                     | Ethernet: 802.1Q
        00 07 08 00                                                     | VLAN 7: IPv4
        45 00 00 28  12 34 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: TCP
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
    ),
    (
        "802.1ad",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  88 a8                     | Ethernet: 802.1ad
        0f ff 81 00                                                     | VLAN 4095: 802.1Q
        e0 07 08 00                                                     | VLAN 7, priority 7: IPv4
        45 00 00 28  12 34 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: TCP
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
    ),
    (
        "the tag of old switches",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  91 00                     | Ethernet: old QinQ
        00 64 81 00                                                     | VLAN 100: 802.1Q
        00 07 08 00                                                     | VLAN 7: IPv4
        45 00 00 28  12 34 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: TCP
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
    ),
    (
        "PPPoE",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  88 64                     | Ethernet: PPPoE session
        11 00 00 01 00 2a  00 21                                        | session 1, 42 bytes: IPv4
        45 00 00 28  12 34 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: TCP
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
    ),
    (
        "PPPoE in VLAN 7",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  81 00                     | Ethernet: 802.1Q
        00 07 88 64                                                     | VLAN 7: PPPoE session
        11 00 00 01 00 2a  00 21                                        | session 1, 42 bytes: IPv4
        45 00 00 28  12 34 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: TCP
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
    ),
    (
        "no link header",
        LinkLayer::Ip,
        "
        45 00 00 28  12 34 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: TCP
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
    ),
];

#[test]
fn ipv4_is_found_behind_every_link_header() {
    for (name, link, text) in V4_FRAMES {
        let packet = parsed(link, text).expect(name);
        assert_is_the_syn(
            &packet,
            Address::v4([192, 0, 2, 1]),
            Address::v4([198, 51, 100, 7]),
        );
    }
}

const V6_FRAMES: [(&str, LinkLayer, &str); 4] = [
    (
        "Ethernet",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  86 dd                     | Ethernet: IPv6
        60 00 00 00  00 14 06 40                                        | IPv6: 20 bytes, TCP
        20010db8 00000000 00000000 00000001                             | from 2001:db8::1
        20010db8 00640000 00000000 00000007                             | to 2001:db8:64::7
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
    ),
    (
        "802.1Q",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  81 00                     | Ethernet: 802.1Q
        00 07 86 dd                                                     | VLAN 7: IPv6
        60 00 00 00  00 14 06 40                                        | IPv6: 20 bytes, TCP
        20010db8 00000000 00000000 00000001                             | from 2001:db8::1
        20010db8 00640000 00000000 00000007                             | to 2001:db8:64::7
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
    ),
    (
        "PPPoE",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  88 64                     | Ethernet: PPPoE session
        11 00 00 01 00 3e  00 57                                        | session 1, 62 bytes: IPv6
        60 00 00 00  00 14 06 40                                        | IPv6: 20 bytes, TCP
        20010db8 00000000 00000000 00000001                             | from 2001:db8::1
        20010db8 00640000 00000000 00000007                             | to 2001:db8:64::7
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
    ),
    (
        "no link header",
        LinkLayer::Ip,
        "
        60 00 00 00  00 14 06 40                                        | IPv6: 20 bytes, TCP
        20010db8 00000000 00000000 00000001                             | from 2001:db8::1
        20010db8 00640000 00000000 00000007                             | to 2001:db8:64::7
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
    ),
];

#[test]
fn ipv6_is_found_behind_every_link_header() {
    let (source, destination) = (
        u128::from_str_radix("20010db8000000000000000000000001", 16).unwrap(),
        u128::from_str_radix("20010db8006400000000000000000007", 16).unwrap(),
    );
    for (name, link, text) in V6_FRAMES {
        let packet = parsed(link, text).expect(name);
        assert_is_the_syn(
            &packet,
            Address::v6(source.to_be_bytes()),
            Address::v6(destination.to_be_bytes()),
        );
    }
}
