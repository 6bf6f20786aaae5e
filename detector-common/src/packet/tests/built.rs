//! What is put into a frame comes out of it again.

use super::{
    plan::{Plan, Planned, flags_of, plan},
    *,
};

use crate::cases::cases;
use etherparse::IpHeaders;
use proptest::prelude::*;

/// Source, destination, TTL, identification and DF bit as they were put in.
fn network_of(ip: &IpHeaders) -> (Address, Address, u8, u16, bool) {
    match ip {
        IpHeaders::Ipv4(header, _) => (
            Address::v4(header.source),
            Address::v4(header.destination),
            header.time_to_live,
            header.identification,
            header.dont_fragment,
        ),
        IpHeaders::Ipv6(header, _) => (
            Address::v6(header.source),
            Address::v6(header.destination),
            header.hop_limit,
            0,
            true,
        ),
    }
}

fn segment_of(plan: &Plan) -> Option<tcp::Segment> {
    let Planned::Tcp(header) = &plan.transport else {
        return None;
    };
    Some(tcp::Segment {
        source_port: header.source_port,
        destination_port: header.destination_port,
        seq: header.sequence_number,
        ack: header.acknowledgment_number,
        flags: tcp::Flags(flags_of(header)),
        window: header.window_size,
        payload_len: u32::try_from(plan.payload_len).unwrap(),
    })
}

fn datagram_of(plan: &Plan) -> Option<udp::Datagram> {
    let Planned::Udp(source_port, destination_port) = plan.transport else {
        return None;
    };
    Some(udp::Datagram {
        source_port,
        destination_port,
        payload_len: u16::try_from(plan.payload_len).unwrap(),
        // The payload is no long header.
        is_quic_initial: false,
    })
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn a_frame_parses_to_what_was_put_in(plan in plan()) {
        let packet = parse(plan.bytes().as_slice(), plan.link_layer()).unwrap();
        let Packet { source, destination, ttl, ip_id, dont_fragment, transport: _ } = packet;
        prop_assert_eq!(
            (source, destination, ttl, ip_id, dont_fragment),
            network_of(&plan.ip)
        );
        prop_assert_eq!(packet.tcp().copied(), segment_of(&plan));
        prop_assert_eq!(packet.udp().copied(), datagram_of(&plan));
        prop_assert_eq!(packet.icmp_error(), None);
    }
}
