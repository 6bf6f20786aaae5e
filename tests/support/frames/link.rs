//! What lies before the IP header.

use detector_common::wire::link::LinkLayer;
use etherparse::{EtherType, Ethernet2Header, SingleVlanHeader};

/// A kind of link. Made of the constants and [`Link::tagged`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    layer: LinkLayer,
    tags: &'static [u16],
    has_pppoe: bool,
}

const PPPOE_SESSION: EtherType = EtherType(0x8864);

impl Link {
    /// Ethernet without any tag.
    pub const ETHERNET: Self = Self::tagged(&[]);
    /// Nothing: packets begin with IP.
    pub const IP: Self = Self {
        layer: LinkLayer::Ip,
        ..Self::ETHERNET
    };
    /// A `PPPoE` session over Ethernet.
    pub const PPPOE: Self = Self {
        has_pppoe: true,
        ..Self::ETHERNET
    };

    /// Ethernet with VLAN tags, outermost first, each given by its ethertype.
    pub const fn tagged(tags: &'static [u16]) -> Self {
        Self {
            layer: LinkLayer::Ethernet,
            tags,
            has_pppoe: false,
        }
    }

    /// The same with a `PPPoE` session in it.
    #[must_use]
    pub const fn with_pppoe(self) -> Self {
        Self {
            has_pppoe: true,
            ..self
        }
    }

    /// What the first byte belongs to.
    pub const fn layer(self) -> LinkLayer {
        self.layer
    }

    /// The bytes before an IP packet.
    pub(super) fn header(self, network: EtherType, packet_len: usize) -> Vec<u8> {
        if self.layer == LinkLayer::Ip {
            return Vec::new();
        }
        let payload = if self.has_pppoe {
            PPPOE_SESSION
        } else {
            network
        };
        let types: Vec<EtherType> = self
            .tags
            .iter()
            .map(|tag| EtherType(*tag))
            .chain([payload])
            .collect();
        let mut header = ethernet(types[0]).to_vec();
        for next in &types[1..] {
            header.extend(tag(*next));
        }
        if self.has_pppoe {
            header.extend(pppoe(network, packet_len));
        }
        header
    }
}

/// Locally administered addresses.
fn ethernet(ether_type: EtherType) -> [u8; Ethernet2Header::LEN] {
    Ethernet2Header {
        source: [2, 0, 0, 0, 0, 1],
        destination: [2, 0, 0, 0, 0, 2],
        ether_type,
    }
    .to_bytes()
}

fn tag(ether_type: EtherType) -> [u8; SingleVlanHeader::LEN] {
    SingleVlanHeader {
        ether_type,
        ..SingleVlanHeader::default()
    }
    .to_bytes()
}

/// RFC 2516 §4: version and type 1, code 0, a session, the length, then PPP's protocol.
fn pppoe(network: EtherType, packet_len: usize) -> [u8; 8] {
    let protocol = if network == EtherType::IPV4 {
        0x21
    } else {
        0x57
    };
    let [high, low] = saturate(packet_len.saturating_add(2)).to_be_bytes();
    [0x11, 0, 0, 1, high, low, 0, protocol]
}

pub(super) fn saturate(len: usize) -> u16 {
    u16::try_from(len).unwrap_or(u16::MAX)
}
