//! Which side of a packet is ours. A hook knows; a capture does not say.

use std::num::NonZeroUsize;

use detector_common::{
    address::Address,
    flow::{Direction, FlowKey, protocol},
    maps::FLOW_CAPACITY,
    packet::{IcmpError, Packet},
    wire::{tcp::Segment, udp::Datagram},
};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use lru::LruCache;

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

/// Who is ours, and who began what.
pub(super) struct Sides {
    local: Vec<IpNet>,
    pairs: LruCache<FlowKey, Pair>,
}

/// What is known of two endpoints.
#[derive(Clone, Copy, Debug)]
struct Pair {
    /// Where one end alone has an address that is ours: whether it is the one that the key calls
    /// remote. The same for all packets, so that addresses are looked at once.
    is_ours_remote: Option<bool>,
    beginner: Beginner,
}

/// Which end of a pair began.
#[derive(Clone, Copy, Debug)]
struct Beginner {
    /// Whether it is the end that the key calls remote.
    is_remote: bool,
    evidence: Evidence,
    is_counted: bool,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Evidence {
    Ports,
    SynAck,
    Syn,
}

/// The ends of a packet: its sender and its receiver.
#[derive(Clone, Copy, Debug)]
struct Ends {
    source: (Address, u16),
    destination: (Address, u16),
    protocol: u16,
}

impl Sides {
    /// `local` says which side is ours; where it is empty, addresses that are not routed do.
    pub(super) fn new(local: &[IpNet]) -> Self {
        let local = if local.is_empty() { &PRIVATE } else { local };
        let capacity = NonZeroUsize::new(FLOW_CAPACITY as usize).unwrap_or(NonZeroUsize::MIN);
        Self {
            local: local.to_vec(),
            pairs: LruCache::sparse(capacity),
        }
    }

    /// Which way `packet` goes.
    pub(super) fn way(&mut self, packet: &Packet) -> Way {
        if let Some(segment) = packet.tcp() {
            self.way_of_segment(packet, segment)
        } else if let Some(datagram) = packet.udp() {
            self.way_of_datagram(packet, *datagram)
        } else {
            self.way_of_error(packet, packet.icmp_error())
        }
    }

    fn way_of_segment(&mut self, packet: &Packet, segment: &Segment) -> Way {
        let ports = (segment.source_port, segment.destination_port);
        let ends = Ends::new(packet, ports, protocol::TCP);
        let flags = segment.flags;
        let (source_begins, evidence) = if flags.is_syn() {
            (true, Evidence::Syn)
        } else if flags.is_syn_ack() {
            (false, Evidence::SynAck)
        } else {
            (ports.0 >= ports.1, Evidence::Ports)
        };
        self.decide(ends, source_begins, evidence)
    }

    fn way_of_datagram(&mut self, packet: &Packet, datagram: Datagram) -> Way {
        let ports = (datagram.source_port, datagram.destination_port);
        let ends = Ends::new(packet, ports, protocol::UDP);
        let source_begins = ports.0 != HTTPS || ports.1 == HTTPS;
        self.decide(ends, source_begins, Evidence::Ports)
    }

    /// An error goes to whoever sent what it quotes, and that end is ours; unless only the other
    /// end of what it quotes is.
    fn way_of_error(&self, packet: &Packet, error: Option<&IcmpError>) -> Way {
        let is_theirs = error.is_some_and(|error| {
            self.is_local(&error.quoted_destination) && !self.is_local(&packet.destination)
        });
        Way::Ours(if is_theirs {
            Direction::Out
        } else {
            Direction::In
        })
    }

    fn decide(&mut self, ends: Ends, source_begins: bool, evidence: Evidence) -> Way {
        let source_is_remote = ends.source_is_remote();
        let news = Beginner {
            is_remote: source_begins == source_is_remote,
            evidence,
            is_counted: false,
        };
        let pair = self.pair(&ends, news);
        let beginner = &mut pair.beginner;
        let source_began = beginner.is_remote == source_is_remote;
        let Some(is_ours_remote) = pair.is_ours_remote else {
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

    /// Who began, by the best evidence so far.
    fn pair(&mut self, ends: &Ends, news: Beginner) -> &mut Pair {
        let key = ends.key();
        let local = &self.local;
        let pair = self.pairs.get_or_insert_mut(key, || Pair {
            is_ours_remote: is_ours_remote(local, &key),
            beginner: news,
        });
        if news.evidence > pair.beginner.evidence {
            pair.beginner = news;
        }
        pair
    }

    fn is_local(&self, address: &Address) -> bool {
        is_within(&self.local, address)
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

impl Ends {
    const fn new(packet: &Packet, ports: (u16, u16), protocol: u16) -> Self {
        Self {
            source: (packet.source, ports.0),
            destination: (packet.destination, ports.1),
            protocol,
        }
    }

    /// Both directions have one key, in which the greater end is called remote.
    fn source_is_remote(&self) -> bool {
        self.source > self.destination
    }

    fn key(&self) -> FlowKey {
        let (remote, local) = if self.source_is_remote() {
            (self.source, self.destination)
        } else {
            (self.destination, self.source)
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
