//! A parsed packet, and the walk from its first byte to its transport header.
//!
//! Must not know: flows, directions, or what a packet means.

use crate::{
    address::Address,
    bytes::{Header, HeaderBytes, PacketBytes, SELDOM},
    skip::Skip,
    wire::{
        icmp, ip4, ip6,
        link::{self, LinkLayer},
        network::{Family, Network},
        tcp, udp,
    },
};

const PROTOCOL_ICMP: u8 = 1;
const PROTOCOL_IPV4: u8 = 4;
const PROTOCOL_TCP: u8 = 6;
const PROTOCOL_UDP: u8 = 17;
const PROTOCOL_IPV6: u8 = 41;
const PROTOCOL_GRE: u8 = 47;
const PROTOCOL_ESP: u8 = 50;
const PROTOCOL_ICMPV6: u8 = 58;
/// Every error quotes this much of the transport at least (RFC 792).
const QUOTED_LEN: usize = 8;

/// Everything that the engine looks at in one packet.
///
/// Not an enum of transports: merging variants of different size leaves bytes undefined, the
/// compiler fills them from whatever register is at hand, and where that holds a pointer the
/// verifier refuses the program ("invalid size of register spill"). Here every field always has a
/// value, and only the one that `protocol` names can be asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Packet {
    /// Sender.
    pub source: Address,
    /// Receiver.
    pub destination: Address,
    /// Time to live, or hop limit, as it arrived.
    pub ttl: u8,
    /// IPv4 identification; 0 for IPv6.
    pub ip_id: u16,
    /// The DF bit; true for IPv6, which never fragments on the way.
    pub dont_fragment: bool,
    transport: Transport,
}

/// Which field of a [`Transport`] has been read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Protocol {
    IcmpError,
    Tcp,
    Udp,
}

/// The transport header; zeroes but for what `protocol` names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Transport {
    protocol: Protocol,
    icmp_error: IcmpError,
    segment: tcp::Segment,
    datagram: udp::Datagram,
}

impl Transport {
    #[inline(always)]
    fn empty(protocol: Protocol) -> Self {
        Self {
            protocol,
            icmp_error: IcmpError::default(),
            segment: tcp::Segment::default(),
            datagram: udp::Datagram::default(),
        }
    }
}

impl Packet {
    /// The TCP segment, where it is one.
    #[inline(always)]
    pub fn tcp(&self) -> Option<&tcp::Segment> {
        (self.transport.protocol == Protocol::Tcp).then_some(&self.transport.segment)
    }

    /// The UDP datagram, where it is one.
    #[inline(always)]
    pub fn udp(&self) -> Option<&udp::Datagram> {
        (self.transport.protocol == Protocol::Udp).then_some(&self.transport.datagram)
    }

    /// Whether it may begin a connection: a SYN, or a QUIC Initial.
    #[inline(always)]
    pub fn may_begin(&self) -> bool {
        let is_syn = self.tcp().is_some_and(|segment| segment.flags.is_syn());
        let is_initial = self.udp().is_some_and(|datagram| datagram.is_quic_initial);
        is_syn || is_initial
    }

    /// The ICMP error, where it is one.
    #[inline(always)]
    pub fn icmp_error(&self) -> Option<&IcmpError> {
        (self.transport.protocol == Protocol::IcmpError).then_some(&self.transport.icmp_error)
    }
}

/// An error message and the packet that it is about.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct IcmpError {
    /// ICMP type; the numbering differs between the families.
    pub kind: u8,
    /// ICMP code.
    pub code: u8,
    /// Receiver of the quoted packet.
    pub quoted_destination: Address,
    /// Transport protocol of the quoted packet.
    pub quoted_protocol: u8,
    /// Source port of the quoted packet.
    pub quoted_source_port: u16,
    /// Destination port of the quoted packet.
    pub quoted_destination_port: u16,
    /// What follows the ports: the sequence number, where the quoted packet is a TCP segment.
    pub quoted_seq: u32,
}

impl IcmpError {
    /// Whether it says that the destination cannot be reached: by network, host, port, or because
    /// somebody forbids it (RFC 792, RFC 1812 §5.2.7.1; RFC 4443 §3.1). Not "fragmentation needed".
    #[inline(always)]
    pub const fn is_unreachable(&self) -> bool {
        match self.quoted_destination.as_v4_bits() {
            Some(_) => self.kind == 3 && matches!(self.code, 0 | 1 | 3 | 9 | 10 | 13),
            None => self.kind == 1,
        }
    }
}

impl Default for Packet {
    /// One of zeroes.
    #[inline(always)]
    fn default() -> Self {
        Self {
            source: Address::default(),
            destination: Address::default(),
            ttl: 0,
            ip_id: 0,
            dont_fragment: false,
            transport: Transport::empty(Protocol::IcmpError),
        }
    }
}

/// Parses one packet.
///
/// # Errors
/// The [`Skip`] that names why the packet is not followed.
pub fn parse<B: PacketBytes + ?Sized>(bytes: &B, link: LinkLayer) -> Result<Packet, Skip> {
    let mut packet = Packet::default();
    parse_into(&mut packet, Header::first(bytes), link)?;
    Ok(packet)
}

/// Parses one packet from its first header on. What is read is put where it belongs at once: kept
/// until the end it takes a slot of the stack each, which is dear where the kernel fences these.
///
/// # Errors
/// As [`parse`]; `packet` is then of no use.
#[inline(always)]
pub fn parse_into<H: HeaderBytes>(
    packet: &mut Packet,
    first: H,
    link: LinkLayer,
) -> Result<(), Skip> {
    let (family, header) = link::network(first, link)?;
    let network = network(family, header, packet)?;
    transport(&network, packet)
}

#[inline(always)]
fn network<H: HeaderBytes>(
    family: Family,
    header: H,
    packet: &mut Packet,
) -> Result<Network<H>, Skip> {
    match family {
        Family::V4 => ip4::read(header, packet),
        Family::V6 => ip6::read(header, packet),
    }
}

#[inline(always)]
fn transport<H: HeaderBytes>(network: &Network<H>, packet: &mut Packet) -> Result<(), Skip> {
    let (header, len) = (network.transport, network.transport_len);
    match (network.family, network.protocol) {
        (_, PROTOCOL_TCP) => {
            packet.transport = Transport {
                segment: tcp::read(header, len)?,
                ..Transport::empty(Protocol::Tcp)
            };
        }
        (_, PROTOCOL_UDP) => {
            packet.transport = Transport {
                datagram: udp::read(header, len)?,
                ..Transport::empty(Protocol::Udp)
            };
        }
        (Family::V4, PROTOCOL_ICMP) | (Family::V6, PROTOCOL_ICMPV6) => {
            packet.transport = Transport {
                icmp_error: icmp_error(network, packet.destination)?,
                ..Transport::empty(Protocol::IcmpError)
            };
        }
        (_, PROTOCOL_IPV4 | PROTOCOL_IPV6 | PROTOCOL_GRE | PROTOCOL_ESP) => {
            return Err(Skip::Encapsulated);
        }
        _ => return Err(Skip::OtherTransport),
    }
    Ok(())
}

/// The error's header, then addresses and ports of the packet it quotes.
#[inline(always)]
fn icmp_error<H: HeaderBytes>(outer: &Network<H>, receiver: Address) -> Result<IcmpError, Skip> {
    let header = icmp::read(outer.transport, outer.family)?;
    let mut quoted = Packet::default();
    let network = quote(outer, receiver, &mut quoted).map_err(|_skip| Skip::BadQuote)?;
    Ok(IcmpError {
        kind: header.kind,
        code: header.code,
        quoted_destination: quoted.destination,
        quoted_protocol: network.protocol,
        quoted_source_port: quoted_port(network.transport, 0)?,
        quoted_destination_port: quoted_port(network.transport, 2)?,
        quoted_seq: quoted_seq(network.transport)?,
    })
}

#[inline(always)]
fn quoted_port<H: HeaderBytes>(transport: H, offset: usize) -> Result<u16, Skip> {
    transport
        .u16_at(offset)
        .map_err(|_truncated| Skip::BadQuote)
}

#[inline(always)]
fn quoted_seq<H: HeaderBytes>(transport: H) -> Result<u32, Skip> {
    transport.u32_at(4).map_err(|_truncated| Skip::BadQuote)
}

/// A router quotes what it was sent, so the quoted sender is the one that the error goes to. What
/// lies behind the end of the IP packet is padding and no quote.
#[inline(always)]
fn quote<H: HeaderBytes>(
    outer: &Network<H>,
    receiver: Address,
    packet: &mut Packet,
) -> Result<Network<H>, Skip> {
    let header = outer.transport.behind::<SELDOM>(icmp::LEN)?;
    let quoted = network(outer.family, header, packet)?;
    let quote_end = quoted.transport.at().wrapping_add(QUOTED_LEN);
    let packet_end = outer.transport.at().wrapping_add(outer.transport_len);
    if packet.source == receiver && quote_end <= packet_end {
        Ok(quoted)
    } else {
        Err(Skip::BadQuote)
    }
}

#[cfg(test)]
mod tests;
