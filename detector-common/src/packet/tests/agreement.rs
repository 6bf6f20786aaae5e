//! Our reader against another one, also on frames that were damaged on their way.

use super::{plan::plan, *};

use crate::cases::cases;
use etherparse::{NetSlice, SlicedPacket, TcpSlice, TransportSlice, UdpSlice};
use proptest::prelude::*;

/// What both readers can say of a packet.
#[derive(Debug, Eq, PartialEq)]
struct Reading {
    source: Address,
    destination: Address,
    ttl: u8,
    transport: Ports,
}

#[derive(Debug, Eq, PartialEq)]
enum Ports {
    Tcp(tcp::Segment),
    Udp(udp::Datagram),
}

fn ours(bytes: &[u8], link: LinkLayer) -> Result<Reading, Skip> {
    let packet = parse(bytes, link)?;
    let transport = match (packet.tcp(), packet.udp()) {
        (Some(segment), None) => Ports::Tcp(*segment),
        (None, Some(datagram)) => Ports::Udp(*datagram),
        _ => return Err(Skip::OtherTransport),
    };
    Ok(Reading {
        source: packet.source,
        destination: packet.destination,
        ttl: packet.ttl,
        transport,
    })
}

/// What etherparse reads, where it finds nothing to object to.
fn theirs(bytes: &[u8], link: LinkLayer) -> Option<Reading> {
    let sliced = match link {
        LinkLayer::Ethernet => SlicedPacket::from_ethernet(bytes),
        LinkLayer::Ip => SlicedPacket::from_ip(bytes),
        LinkLayer::Captured(_) => return None,
    };
    let sliced = sliced.ok()?;
    let (source, destination, ttl) = match sliced.net? {
        NetSlice::Ipv4(ip) => (
            Address::v4(ip.header().source()),
            Address::v4(ip.header().destination()),
            ip.header().ttl(),
        ),
        NetSlice::Ipv6(ip) => (
            Address::v6(ip.header().source()),
            Address::v6(ip.header().destination()),
            ip.header().hop_limit(),
        ),
        NetSlice::Arp(_) => return None,
    };
    let transport = match sliced.transport? {
        TransportSlice::Tcp(slice) => Ports::Tcp(segment(&slice)),
        // A zero length is a jumbogram to etherparse (RFC 2675 §4); we follow none.
        TransportSlice::Udp(slice) if slice.length() == 0 => return None,
        TransportSlice::Udp(slice) => Ports::Udp(udp::Datagram {
            source_port: slice.source_port(),
            destination_port: slice.destination_port(),
            payload_len: u16::try_from(slice.payload().len()).unwrap(),
            is_quic_initial: is_quic_initial(&slice),
        }),
        _ => return None,
    };
    Some(Reading {
        source,
        destination,
        ttl,
        transport,
    })
}

/// RFC 9000 §17.2.2 and RFC 9369 §3.2, in other words than ours.
fn is_quic_initial(slice: &UdpSlice<'_>) -> bool {
    let &[first, a, b, c, d, ..] = slice.payload() else {
        return false;
    };
    let is_long = first >> 6 == 0b11;
    let kind = (first >> 4) & 0b11;
    let is_initial = match [a, b, c, d] {
        [0, 0, 0, 0] => false,
        [0x6b, 0x33, 0x43, 0xcf] => kind == 1,
        _ => kind == 0,
    };
    slice.destination_port() == 443 && slice.payload().len() >= 1_200 && is_long && is_initial
}

fn segment(slice: &TcpSlice<'_>) -> tcp::Segment {
    tcp::Segment {
        source_port: slice.source_port(),
        destination_port: slice.destination_port(),
        seq: slice.sequence_number(),
        ack: slice.acknowledgment_number(),
        flags: tcp::Flags(slice.slice()[13]),
        window: slice.window_size(),
        payload_len: u32::try_from(slice.payload().len()).unwrap(),
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn both_readers_agree_on_a_valid_frame(plan in plan()) {
        let bytes = plan.bytes();
        let reading = ours(&bytes, plan.link_layer()).ok();
        prop_assert!(reading.is_some());
        prop_assert_eq!(reading, theirs(&bytes, plan.link_layer()));
    }

    #[test]
    fn what_the_stricter_reader_accepts_of_a_damaged_frame_reads_the_same(
        plan in plan(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = plan.bytes();
        let headers = plan.read_len();
        for (place, octet) in damage {
            bytes[place.index(headers)] = octet;
        }
        if let Some(reading) = theirs(&bytes, plan.link_layer()) {
            match ours(&bytes, plan.link_layer()) {
                Ok(ours) => prop_assert_eq!(ours, reading),
                // It reads more protocols than we do (MACsec, a third tag, AH in IPv4), but what
                // it finds sound is not malformed.
                Err(skip) => prop_assert!(!skip.is_malformed(), "{:?}", skip),
            }
        }
    }
}
