//! Which side of a packet is ours. A hook knows; a capture does not say.

use detector_common::{
    address::Address,
    flow::{Direction, FlowKey, protocol},
    packet::{IcmpError, Packet},
    wire::{tcp::Segment, udp::Datagram},
};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::event::flow::ip;

const HTTPS: u16 = 443;

/// RFC 1918, RFC 6598, RFC 3927; RFC 4193, RFC 4291 §2.5.6.
const PRIVATE: [IpNet; 7] = [
    v4([10, 0, 0, 0], 8),
    v4([172, 16, 0, 0], 12),
    v4([192, 168, 0, 0], 16),
    v4([100, 64, 0, 0], 10),
    v4([169, 254, 0, 0], 16),
    v6(0xfc00, 7),
    v6(0xfe80, 10),
];

/// How a packet relates to our side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    /// It belongs to a connection that our side began, or to none that is known.
    Ours(Direction),
    /// It belongs to a connection that was begun from outside.
    Inbound {
        /// Whether it is the first such packet of its endpoints.
        is_first: bool,
    },
}

/// Who is ours.
pub(super) struct Sides(Vec<IpNet>);

/// What is known of two endpoints.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// Where one end alone has an address that is ours: whether it is the one that the key calls
    /// remote. The same for all packets, so that addresses are looked at once.
    is_ours_remote: Option<bool>,
    beginner: Beginner,
}

/// The ends of a packet, its sender and its receiver, and what it says of who began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ends {
    source: (Address, u16),
    destination: (Address, u16),
    protocol: u16,
    source_begins: bool,
    evidence: Evidence,
}

/// Which end of a pair began.
#[derive(Clone, Copy, Debug)]
struct Beginner {
    /// Whether it is the end that the key calls remote.
    is_remote: bool,
    evidence: Evidence,
    is_counted: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
enum Evidence {
    #[default]
    Ports,
    SynAck,
    Syn,
}

impl Sides {
    /// `local` says which side is ours; where it is empty, addresses that are not routed do.
    pub(super) fn new(local: &[IpNet]) -> Self {
        let local = if local.is_empty() { &PRIVATE } else { local };
        Self(local.to_vec())
    }

    /// What is known of two endpoints by the first packet between them.
    pub(super) fn pair(&self, ends: &Ends) -> Pair {
        Pair {
            is_ours_remote: is_ours_remote(&self.0, &ends.key()),
            beginner: ends.beginner(),
        }
    }

    /// An error goes to whoever sent what it quotes, and that end is ours; unless only the other
    /// end of what it quotes is.
    pub(super) fn way_of_error(&self, packet: &Packet, error: &IcmpError) -> Direction {
        let is_local = |address| is_within(&self.0, address);
        let is_theirs = is_local(&error.quoted_destination) && !is_local(&packet.destination);
        direction(is_theirs)
    }
}

impl Pair {
    /// Which way a packet between the two goes, by the best evidence so far.
    pub(super) fn way(&mut self, ends: &Ends) -> Way {
        let source_is_remote = ends.source_is_remote();
        if ends.evidence > self.beginner.evidence {
            self.beginner = ends.beginner();
        }
        let beginner = &mut self.beginner;
        let source_began = beginner.is_remote == source_is_remote;
        let Some(is_ours_remote) = self.is_ours_remote else {
            return Way::Ours(direction(source_began));
        };
        let source_is_ours = is_ours_remote == source_is_remote;
        let is_certain = beginner.evidence > Evidence::Ports;
        if is_certain && source_began != source_is_ours {
            let is_first = !std::mem::replace(&mut beginner.is_counted, true);
            return Way::Inbound { is_first };
        }
        Way::Ours(direction(source_is_ours))
    }
}

impl Ends {
    /// Of a segment or a datagram.
    pub(super) fn of(packet: &Packet) -> Option<Self> {
        match packet.tcp() {
            Some(segment) => Some(Self::of_segment(packet, segment)),
            None => Some(Self::of_datagram(packet, *packet.udp()?)),
        }
    }

    /// Both directions have one key, in which the greater end is called remote.
    pub(super) fn key(&self) -> FlowKey {
        self.connection(direction(!self.source_is_remote()))
    }

    /// The key of the connection, for a packet that goes this way.
    pub(super) const fn connection(&self, direction: Direction) -> FlowKey {
        let (remote, local) = match direction {
            Direction::In => (self.source, self.destination),
            Direction::Out => (self.destination, self.source),
        };
        FlowKey {
            remote: remote.0,
            local: local.0,
            remote_port: remote.1,
            local_port: local.1,
            protocol: self.protocol,
            zero: 0,
        }
    }

    const fn of_segment(packet: &Packet, segment: &Segment) -> Self {
        let ports = (segment.source_port, segment.destination_port);
        let flags = segment.flags;
        let (source_begins, evidence) = if flags.is_syn() {
            (true, Evidence::Syn)
        } else if flags.is_syn_ack() {
            (false, Evidence::SynAck)
        } else {
            (ports.0 >= ports.1, Evidence::Ports)
        };
        Self {
            source: (packet.source, ports.0),
            destination: (packet.destination, ports.1),
            protocol: protocol::TCP,
            source_begins,
            evidence,
        }
    }

    const fn of_datagram(packet: &Packet, datagram: Datagram) -> Self {
        let ports = (datagram.source_port, datagram.destination_port);
        Self {
            source: (packet.source, ports.0),
            destination: (packet.destination, ports.1),
            protocol: protocol::UDP,
            source_begins: ports.0 != HTTPS || ports.1 == HTTPS,
            evidence: Evidence::Ports,
        }
    }

    fn source_is_remote(&self) -> bool {
        self.source > self.destination
    }

    fn beginner(&self) -> Beginner {
        Beginner {
            is_remote: self.source_begins == self.source_is_remote(),
            evidence: self.evidence,
            is_counted: false,
        }
    }
}

fn is_ours_remote(local: &[IpNet], key: &FlowKey) -> Option<bool> {
    let [is_remote, is_other] = [key.remote, key.local].map(|end| is_within(local, &end));
    (is_remote != is_other).then_some(is_remote)
}

fn is_within(networks: &[IpNet], address: &Address) -> bool {
    let address = ip(address);
    networks.iter().any(|network| network.contains(&address))
}

const fn direction(source_is_ours: bool) -> Direction {
    if source_is_ours {
        Direction::Out
    } else {
        Direction::In
    }
}

const fn v4(octets: [u8; 4], len: u8) -> IpNet {
    let [a, b, c, d] = octets;
    IpNet::V4(Ipv4Net::new_assert(
        std::net::Ipv4Addr::new(a, b, c, d),
        len,
    ))
}

const fn v6(first: u16, len: u8) -> IpNet {
    let address = std::net::Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, 0);
    IpNet::V6(Ipv6Net::new_assert(address, len))
}

#[cfg(test)]
mod tests;
