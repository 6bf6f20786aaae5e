//! Everything around a transport header: the link, the IP header, options, extension headers, fragments.

use std::net::{IpAddr, Ipv6Addr};

use detector_common::flow::Direction;
use etherparse::{
    EtherType, IpFragOffset, IpNumber, Ipv4Header, Ipv4Options, Ipv6FragmentHeader, Ipv6Header,
};

use super::{
    Frame, Look,
    link::{Link, saturate},
};

/// How packets are wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// What lies before the IP header.
    pub link: Link,
    /// IPv4 options.
    pub options: Ipv4Options,
    /// The place of an IPv4 packet in a larger one.
    pub fragment: Fragment,
    /// IPv6 extension headers, in order.
    pub extensions: Vec<Extension>,
}

impl Default for Envelope {
    /// Plain Ethernet.
    fn default() -> Self {
        Self {
            link: Link::ETHERNET,
            options: Ipv4Options::default(),
            fragment: Fragment::default(),
            extensions: Vec::new(),
        }
    }
}

/// The place of a fragment. The default is a whole packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// Where it begins, in units of eight bytes.
    pub offset: IpFragOffset,
    /// Whether more follow.
    pub is_followed: bool,
}

/// An IPv6 extension header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    /// Options for each hop.
    HopByHop,
    /// A source route, used up.
    Routing,
    /// A fragment header.
    Fragment(Fragment),
    /// An authentication header of 16 bytes.
    Authentication,
    /// Options for the receiver, 16 bytes of them.
    DestinationOptions,
    /// A mobility header.
    Mobility,
}

impl Extension {
    /// One of each kind that every receiver knows, the fragment header of a whole packet among them.
    pub const ALL: [Self; 5] = [
        Self::HopByHop,
        Self::Routing,
        Self::Fragment(Fragment {
            offset: IpFragOffset::ZERO,
            is_followed: false,
        }),
        Self::Authentication,
        Self::DestinationOptions,
    ];

    const fn number(self) -> IpNumber {
        match self {
            Self::HopByHop => IpNumber::IPV6_HEADER_HOP_BY_HOP,
            Self::Routing => IpNumber::IPV6_ROUTE_HEADER,
            Self::Fragment(_) => IpNumber::IPV6_FRAGMENTATION_HEADER,
            Self::Authentication => IpNumber::AUTHENTICATION_HEADER,
            Self::DestinationOptions => IpNumber::IPV6_DESTINATION_OPTIONS,
            Self::Mobility => IpNumber::MOBILITY_HEADER,
        }
    }

    /// The second byte is the length: in units of eight bytes beyond the first eight, for the authentication
    /// header in units of four beyond the first eight (RFC 4302 §2.2).
    fn bytes(self, next: IpNumber) -> Vec<u8> {
        let padded = |len: u8, bytes: usize| {
            let mut header = vec![0; bytes];
            header[..2].copy_from_slice(&[next.0, len]);
            header
        };
        match self {
            Self::HopByHop | Self::Routing | Self::Mobility => padded(0, 8),
            Self::DestinationOptions => padded(1, 16),
            Self::Authentication => padded(2, 16),
            Self::Fragment(Fragment {
                offset,
                is_followed,
            }) => Ipv6FragmentHeader::new(next, offset, is_followed, 7)
                .to_bytes()
                .to_vec(),
        }
    }
}

impl Envelope {
    /// The frame that carries `body` from one address to another.
    pub(super) fn wrap(
        &self,
        direction: Direction,
        look: Look,
        (from, to): (IpAddr, IpAddr),
        (protocol, body): (IpNumber, &[u8]),
    ) -> Frame {
        let (ether_type, packet) = match (from, to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => (
                EtherType::IPV4,
                self.ipv4(look, from.octets(), to.octets(), protocol, body),
            ),
            _ => (
                EtherType::IPV6,
                self.ipv6(look, in_ipv6(from), in_ipv6(to), protocol, body),
            ),
        };
        let mut bytes = self.link.header(ether_type, packet.len());
        let network_at = bytes.len();
        bytes.extend(packet);
        Frame {
            direction,
            bytes,
            network_at,
        }
    }

    fn ipv4(
        &self,
        look: Look,
        source: [u8; 4],
        destination: [u8; 4],
        protocol: IpNumber,
        body: &[u8],
    ) -> Vec<u8> {
        let mut header = Ipv4Header {
            identification: look.identification,
            dont_fragment: look.dont_fragment,
            more_fragments: self.fragment.is_followed,
            fragment_offset: self.fragment.offset,
            time_to_live: look.ttl,
            protocol,
            source,
            destination,
            options: self.options.clone(),
            ..Ipv4Header::default()
        };
        header.total_len = saturate(header.header_len() + body.len());
        header.header_checksum = header.calc_header_checksum();
        [&header.to_bytes(), body].concat()
    }

    fn ipv6(
        &self,
        look: Look,
        source: [u8; 16],
        destination: [u8; 16],
        protocol: IpNumber,
        body: &[u8],
    ) -> Vec<u8> {
        let (first, extensions) = self.extensions(protocol);
        let header = Ipv6Header {
            payload_length: saturate(extensions.len() + body.len()),
            next_header: first,
            hop_limit: look.ttl,
            source,
            destination,
            ..Ipv6Header::default()
        };
        [&header.to_bytes(), extensions.as_slice(), body].concat()
    }

    /// Each names the one behind it, so they are written from the last to the first.
    fn extensions(&self, protocol: IpNumber) -> (IpNumber, Vec<u8>) {
        let mut next = protocol;
        let mut bytes = Vec::new();
        for extension in self.extensions.iter().rev() {
            bytes = [extension.bytes(next), bytes].concat();
            next = extension.number();
        }
        (next, bytes)
    }
}

/// Where one end is of the other family, both are written as IPv6.
pub(super) const fn in_ipv6(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => Ipv6Addr::octets(&address),
    }
}
