//! Frames that belong to no TCP connection: datagrams, and errors about other packets.

use std::net::{IpAddr, SocketAddr};

use detector_common::flow::Direction;
use etherparse::{Icmpv4Header, Icmpv4Type, Icmpv6Header, Icmpv6Type, IpNumber, UdpHeader};

use super::{
    Frame, Look,
    envelope::{Envelope, in_ipv6},
    link::saturate,
};

/// A UDP datagram of our side, without a checksum.
pub fn datagram(
    envelope: &Envelope,
    local: SocketAddr,
    remote: SocketAddr,
    payload: &[u8],
) -> Frame {
    let ends = (local.ip(), remote.ip());
    let body = udp((local.port(), remote.port()), payload);
    envelope.wrap(Direction::Out, Look::CLIENT, ends, (IpNumber::UDP, &body))
}

/// The answer to one.
pub fn answer(envelope: &Envelope, remote: SocketAddr, local: SocketAddr, payload: &[u8]) -> Frame {
    let ends = (remote.ip(), local.ip());
    let body = udp((remote.port(), local.port()), payload);
    envelope.wrap(Direction::In, Look::SERVER, ends, (IpNumber::UDP, &body))
}

fn udp((source_port, destination_port): (u16, u16), payload: &[u8]) -> Vec<u8> {
    let header = UdpHeader {
        source_port,
        destination_port,
        length: saturate(UdpHeader::LEN + payload.len()),
        checksum: 0,
    };
    [&header.to_bytes(), payload].concat()
}

/// What a router between the ends says about a packet of our side, which it quotes.
pub fn icmp_error(
    envelope: &Envelope,
    router: IpAddr,
    local: IpAddr,
    (kind, code): (u8, u8),
    quote: &[u8],
) -> Frame {
    let (protocol, header) = if router.is_ipv4() && local.is_ipv4() {
        (IpNumber::ICMP, icmp_v4(kind, code, quote))
    } else {
        (
            IpNumber::IPV6_ICMP,
            icmp_v6((router, local), kind, code, quote),
        )
    };
    let body = [header.as_slice(), quote].concat();
    envelope.wrap(
        Direction::In,
        Look::FORGER,
        (router, local),
        (protocol, &body),
    )
}

fn icmp_v4(type_u8: u8, code_u8: u8, quote: &[u8]) -> Vec<u8> {
    let kind = Icmpv4Type::Unknown {
        type_u8,
        code_u8,
        bytes5to8: [0; 4],
    };
    Icmpv4Header::with_checksum(kind, quote).to_bytes().to_vec()
}

fn icmp_v6((from, to): (IpAddr, IpAddr), type_u8: u8, code_u8: u8, quote: &[u8]) -> Vec<u8> {
    let kind = Icmpv6Type::Unknown {
        type_u8,
        code_u8,
        bytes5to8: [0; 4],
    };
    let mut header = Icmpv6Header::new(kind);
    // A quote too long for a packet leaves the checksum 0.
    let _too_long = header.update_checksum(in_ipv6(from), in_ipv6(to), quote);
    header.to_bytes().to_vec()
}
