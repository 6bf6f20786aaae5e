//! The names and addresses of the lab, which tests rely on. Owns no behaviour.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The clients' interface.
pub const CLIENTS_INTERFACE: &str = "lan0";
/// The gateway's interface toward the clients.
pub const LAN_INTERFACE: &str = "lan1";
/// The gateway's interface toward the censor and the internet, its default route.
pub const WAN_INTERFACE: &str = "wan0";
/// The censor's interface toward the gateway.
pub const UP_INTERFACE: &str = "up0";
/// The censor's interface toward the internet, a TUN device.
pub const DOWN_INTERFACE: &str = "down0";
/// The internet's only interface, a TUN device.
pub const INTERNET_INTERFACE: &str = "net0";

/// The clients' IPv4 address, hidden behind [`WAN_V4`] by the masquerade.
pub const CLIENTS_V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
/// The clients' IPv6 address, seen as it is on every hop.
pub const CLIENTS_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 2);
/// The gateway's IPv4 address toward the clients.
pub const LAN_V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
/// The gateway's IPv6 address toward the clients.
pub const LAN_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1);
/// The gateway's IPv4 address on [`WAN_INTERFACE`].
pub const WAN_V4: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 2);
/// The gateway's IPv4 address there after a rebinding ([`Lab::rebind`](crate::Lab::rebind)).
pub const WAN_V4_LATER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 3);
/// The gateway's IPv6 address on [`WAN_INTERFACE`].
pub const WAN_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 2, 0, 0, 0, 0, 2);
/// The censor's IPv4 address on [`UP_INTERFACE`]; the sender of its ICMP errors.
pub const UP_V4: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);
/// The censor's IPv6 address on [`UP_INTERFACE`]; the sender of its ICMP errors.
pub const UP_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 2, 0, 0, 0, 0, 1);

/// The prefix length, in bits, of the IPv4 network between gateway and clients.
pub const LAN_V4_BITS: u8 = 24;
/// The prefix length, in bits, of the IPv4 network between gateway and censor.
pub const WAN_V4_BITS: u8 = 29;
/// The prefix length, in bits, of both IPv6 networks.
pub const LINK_V6_BITS: u8 = 64;

/// The large IPv4 range in which every address is a server.
pub const INTERNET_V4: IpNet = IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 18, 0, 0), 15));
/// A second, small IPv4 range of servers, apart from the first: somebody who is never to be blocked.
pub const ELSEWHERE_V4: IpNet = IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 51, 100, 0), 24));
/// The IPv6 range in which every address is a server.
pub const INTERNET_V6: IpNet = IpNet::V6(Ipv6Net::new_assert(
    Ipv6Addr::new(0x2001, 0xdb8, 0x8000, 0, 0, 0, 0, 0),
    33,
));

/// The ranges of servers.
pub const INTERNET: [IpNet; 3] = [INTERNET_V4, ELSEWHERE_V4, INTERNET_V6];
/// The ports that servers listen on.
pub const PORTS: [u16; 2] = [443, 80];
/// A port that nobody listens on: servers refuse it.
pub const CLOSED_PORT: u16 = 81;

/// The hop limit (TTL) that servers send with. It arrives at the gateway one lower, which sets their packets
/// apart from those of the censor's own stack (64).
pub const SERVER_HOP_LIMIT: u8 = 57;
/// Ranges whose servers are farther away than the others, so that not all of the internet looks alike.
pub const FAR: [IpNet; 5] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 18, 0, 0), 21)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 18, 32, 0), 22)),
    ELSEWHERE_V4,
    IpNet::V6(Ipv6Net::new_assert(
        Ipv6Addr::new(0x2001, 0xdb8, 0x8008, 0, 0, 0, 0, 0),
        45,
    )),
    IpNet::V6(Ipv6Net::new_assert(
        Ipv6Addr::new(0x2001, 0xdb8, 0x8020, 0, 0, 0, 0, 0),
        46,
    )),
];
/// The hop limit that servers in [`FAR`] send with.
pub const FAR_HOP_LIMIT: u8 = 52;
