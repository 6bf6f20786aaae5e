//! What a TCP packet says, as far as forging an answer to it or recognising it needs. Sends and receives
//! nothing.

use std::net::{IpAddr, SocketAddr};

use etherparse::{NetSlice, SlicedPacket, TcpSlice, TransportSlice};

/// A TCP segment and the hop limit of the packet that carried it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "TCP has one bit for each of its flags"
)]
pub struct Segment {
    /// The sender.
    pub source: SocketAddr,
    /// The receiver.
    pub destination: SocketAddr,
    /// IPv4's TTL or IPv6's hop limit, as it arrived.
    pub hop_limit: u8,
    /// The sequence number.
    pub sequence: u32,
    /// The acknowledgement number; without meaning unless `ack` is set.
    pub acknowledgement: u32,
    /// The flag SYN.
    pub syn: bool,
    /// The flag ACK.
    pub ack: bool,
    /// The flag RST.
    pub rst: bool,
    /// The flag FIN.
    pub fin: bool,
    /// The length of the payload, in bytes.
    pub payload_bytes: u32,
}

impl Segment {
    /// Reads a bare IP packet; `None` when it is not one with a whole TCP segment.
    pub fn parse(packet: &[u8]) -> Option<Self> {
        let sliced = SlicedPacket::from_ip(packet).ok()?;
        let (source, destination, hop_limit) = route(sliced.net.as_ref()?)?;
        let TransportSlice::Tcp(tcp) = sliced.transport? else {
            return None;
        };
        Some(Self {
            source: SocketAddr::new(source, tcp.source_port()),
            destination: SocketAddr::new(destination, tcp.destination_port()),
            hop_limit,
            sequence: tcp.sequence_number(),
            acknowledgement: tcp.acknowledgment_number(),
            syn: tcp.syn(),
            ack: tcp.ack(),
            rst: tcp.rst(),
            fin: tcp.fin(),
            payload_bytes: payload_bytes(&tcp)?,
        })
    }

    /// The sequence number that follows this segment: SYN and FIN take one each.
    pub fn next_sequence(&self) -> u32 {
        self.sequence
            .wrapping_add(self.payload_bytes)
            .wrapping_add(u32::from(self.syn))
            .wrapping_add(u32::from(self.fin))
    }
}

fn route(net: &NetSlice<'_>) -> Option<(IpAddr, IpAddr, u8)> {
    match net {
        NetSlice::Arp(_) => None,
        NetSlice::Ipv4(ip) => {
            let header = ip.header();
            let (source, destination) = (header.source_addr(), header.destination_addr());
            Some((source.into(), destination.into(), header.ttl()))
        }
        NetSlice::Ipv6(ip) => {
            let header = ip.header();
            let (source, destination) = (header.source_addr(), header.destination_addr());
            Some((source.into(), destination.into(), header.hop_limit()))
        }
    }
}

fn payload_bytes(tcp: &TcpSlice<'_>) -> Option<u32> {
    u32::try_from(tcp.payload().len()).ok()
}
