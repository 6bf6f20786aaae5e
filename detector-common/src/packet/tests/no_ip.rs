//! Frames that carry no IP, or too many tags to say.

use super::*;

const NO_IP: [(&str, LinkLayer, &str, Skip); 10] = [
    (
        "ARP",
        LinkLayer::Ethernet,
        "
        ff ff ff ff ff ff  02 00 00 00 00 01  08 06                     | Ethernet: ARP
        00 01 08 00 06 04 00 01                                         | who has
        02 00 00 00 00 01  c0 00 02 01                                  | 192.0.2.1 asks
        00 00 00 00 00 00  c0 00 02 fe                                  | for 192.0.2.254
    ",
        Skip::NotIp,
    ),
    (
        "ARP in VLAN 7",
        LinkLayer::Ethernet,
        "
        ff ff ff ff ff ff  02 00 00 00 00 01  81 00                     | Ethernet: 802.1Q
        00 07 08 06                                                     | VLAN 7: ARP
        00 01 08 00 06 04 00 01                                         | who has
    ",
        Skip::NotIp,
    ),
    (
        "a length of 802.3",
        LinkLayer::Ethernet,
        "
        01 80 c2 00 00 00  02 00 00 00 00 01  00 26  42 42 03           | spanning tree
    ",
        Skip::NotIp,
    ),
    (
        "PPPoE discovery",
        LinkLayer::Ethernet,
        "
        ff ff ff ff ff ff  02 00 00 00 00 01  88 63                     | Ethernet: PPPoE discovery
        11 09 00 00 00 04  01 01 00 00                                  | who serves?
    ",
        Skip::NotIp,
    ),
    (
        "three tags",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  88 a8                     | Ethernet: 802.1ad
        00 64 81 00                                                     | VLAN 100: 802.1Q
        00 07 81 00                                                     | VLAN 7: 802.1Q
        00 08 08 00                                                     | VLAN 8: IPv4
        45 00 00 28  12 34 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: TCP
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
        Skip::VlanDepth,
    ),
    (
        "LCP",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  88 64                     | Ethernet: PPPoE session
        11 00 00 01 00 0a  c0 21                                        | session 1, 10 bytes: LCP
        09 00 00 08 12 34 56 78                                         | echo request
    ",
        Skip::PppControl,
    ),
    (
        "IPCP",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  88 64                     | Ethernet: PPPoE session
        11 00 00 01 00 06  80 21  01 01 00 04                           | session 1: IPCP
    ",
        Skip::PppControl,
    ),
    (
        "no version that is known",
        LinkLayer::Ip,
        "50 00 00 28",
        Skip::NotIp,
    ),
    (
        "an Ethernet frame where IP was announced",
        LinkLayer::Ip,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  08 00                     | Ethernet: IPv4
        45 00 00 28  12 34 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07 | IPv4: TCP
        c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00 | TCP: SYN
    ",
        Skip::NotIp,
    ),
    (
        "a tag without what it tags",
        LinkLayer::Ethernet,
        "
        02 00 00 00 00 02  02 00 00 00 00 01  81 00  00 07              | VLAN 7, and no more
    ",
        Skip::Truncated,
    ),
];

#[test]
fn what_is_not_ip_is_named() {
    for (name, link, text, skip) in NO_IP {
        assert_eq!(parsed(link, text), Err(skip), "{name}");
    }
}
