use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
};

use detector_common::{packet::parse, wire::link::LinkLayer};
use etherparse::{Icmpv4Type, PacketBuilder};

use super::*;

const PRIVATE_HOST: &str = "192.168.1.7:50000";
const OTHER_PRIVATE_HOST: &str = "10.0.0.9:443";
const PUBLIC_HOST: &str = "203.0.113.5:50000";
const SERVER: &str = "198.51.100.7:443";

const OUT: Way = Way::Ours(Direction::Out);
const IN: Way = Way::Ours(Direction::In);
const FIRST_INBOUND: Way = Way::Inbound { is_first: true };
const INBOUND: Way = Way::Inbound { is_first: false };

#[derive(Clone, Copy)]
enum Kind {
    Syn,
    SynAck,
    Data,
    Datagram,
}
use Kind::{Data, Datagram, Syn, SynAck};

fn octets(address: SocketAddr) -> [u8; 4] {
    match address.ip() {
        IpAddr::V4(address) => address.octets(),
        IpAddr::V6(_) => panic!("not here"),
    }
}

fn bytes(from: &str, to: &str, kind: Kind) -> Vec<u8> {
    let [from, to]: [SocketAddr; 2] = [from, to].map(|end| end.parse().unwrap());
    let ip = PacketBuilder::ipv4(octets(from), octets(to), 64);
    let mut bytes = Vec::new();
    let tcp = |ip: etherparse::PacketBuilderStep<etherparse::IpHeaders>| {
        ip.tcp(from.port(), to.port(), 1, 1_000)
    };
    match kind {
        Syn => tcp(ip).syn().write(&mut bytes, b""),
        SynAck => tcp(ip).syn().ack(2).write(&mut bytes, b""),
        Data => tcp(ip).ack(2).write(&mut bytes, b"data"),
        Datagram => ip.udp(from.port(), to.port()).write(&mut bytes, b"data"),
    }
    .unwrap();
    bytes
}

fn packet(from: &str, to: &str, kind: Kind) -> Packet {
    parse(bytes(from, to, kind).as_slice(), LinkLayer::Ip).unwrap()
}

fn error(router: &str, about: &[u8]) -> Packet {
    let router: SocketAddr = router.parse().unwrap();
    let sender = [about[12], about[13], about[14], about[15]];
    let kind = Icmpv4Type::DestinationUnreachable(etherparse::icmpv4::DestUnreachableHeader::Host);
    let mut bytes = Vec::new();
    PacketBuilder::ipv4(octets(router), sender, 64)
        .icmpv4(kind)
        .write(&mut bytes, about)
        .unwrap();
    parse(bytes.as_slice(), LinkLayer::Ip).unwrap()
}

/// Packets one after the other, and what is known of their ends.
struct Talk {
    sides: Sides,
    pairs: HashMap<FlowKey, Pair>,
}

impl Talk {
    fn way(&mut self, packet: &Packet) -> Way {
        let Some(ends) = Ends::of(packet) else {
            let error = packet.icmp_error().unwrap();
            return Way::Ours(self.sides.way_of_error(packet, error));
        };
        let pair = self.pairs.entry(ends.key());
        pair.or_insert_with(|| self.sides.pair(&ends)).way(&ends)
    }
}

fn sides(local: &[&str]) -> Talk {
    let local: Vec<IpNet> = local.iter().map(|net| net.parse().unwrap()).collect();
    Talk {
        sides: Sides::new(&local),
        pairs: HashMap::new(),
    }
}

fn ways<const N: usize>(sides: &mut Talk, packets: [(&str, &str, Kind); N]) -> [Way; N] {
    packets.map(|(from, to, kind)| sides.way(&packet(from, to, kind)))
}

#[test]
fn the_end_with_a_private_address_is_ours() {
    for kind in [Data, Datagram] {
        let packets = [(PRIVATE_HOST, SERVER, kind), (SERVER, PRIVATE_HOST, kind)];
        assert_eq!(ways(&mut sides(&[]), packets), [OUT, IN]);
    }
}

#[test]
fn what_is_said_to_be_ours_is_ours_and_nothing_else() {
    let mut sides = sides(&["203.0.113.0/24", "2001:db8::/32"]);
    let packets = [
        (PUBLIC_HOST, PRIVATE_HOST, Data),
        (PRIVATE_HOST, PUBLIC_HOST, Data),
    ];
    assert_eq!(ways(&mut sides, packets), [OUT, IN]);
}

#[test]
fn a_connection_from_outside_is_inbound_and_counted_once() {
    let outsider = "198.51.100.7:50000";
    let service = "192.168.1.7:22";
    let packets = [
        (outsider, service, Syn),
        (service, outsider, SynAck),
        (outsider, service, Data),
    ];
    let expected = [FIRST_INBOUND, INBOUND, INBOUND];
    assert_eq!(ways(&mut sides(&[]), packets), expected);
    assert_eq!(ways(&mut sides(&["192.168.0.0/16"]), packets), expected);
}

#[test]
fn a_syn_ack_of_our_side_betrays_a_connection_from_outside() {
    let packets = [
        ("192.168.1.7:22", SERVER, SynAck),
        (SERVER, "192.168.1.7:22", Data),
    ];
    assert_eq!(ways(&mut sides(&[]), packets), [FIRST_INBOUND, INBOUND]);
}

#[test]
fn between_two_of_one_kind_whoever_sent_the_first_syn_is_ours() {
    for (client, server) in [(PUBLIC_HOST, SERVER), (PRIVATE_HOST, OTHER_PRIVATE_HOST)] {
        let packets = [
            (client, server, Syn),
            (server, client, SynAck),
            (client, server, Data),
            // Whatever comes later, from whom.
            (server, client, Syn),
            (client, server, Data),
        ];
        assert_eq!(ways(&mut sides(&[]), packets), [OUT, IN, OUT, IN, OUT]);
    }
}

#[test]
fn failing_a_syn_the_receiver_of_a_syn_ack_is_ours_failing_that_the_higher_port() {
    let low = "203.0.113.5:80";
    let packets = [(SERVER, low, SynAck), (low, SERVER, Data)];
    assert_eq!(ways(&mut sides(&[]), packets), [IN, OUT]);
    let packets = [(SERVER, low, Data), (low, SERVER, Data)];
    assert_eq!(ways(&mut sides(&[]), packets), [OUT, IN]);
}

#[test]
fn better_evidence_corrects_a_guess() {
    let low = "203.0.113.5:80";
    let packets = [(SERVER, low, Data), (low, SERVER, Syn), (SERVER, low, Data)];
    assert_eq!(ways(&mut sides(&[]), packets), [OUT, OUT, IN]);
}

#[test]
fn of_two_ends_of_a_datagram_the_one_without_port_443_is_ours() {
    let packets = [
        (SERVER, PUBLIC_HOST, Datagram),
        (PUBLIC_HOST, SERVER, Datagram),
    ];
    assert_eq!(ways(&mut sides(&[]), packets), [IN, OUT]);
}

#[test]
fn an_error_comes_in_to_whoever_sent_what_it_quotes() {
    let ours = bytes(PRIVATE_HOST, SERVER, Syn);
    let theirs = bytes(SERVER, PRIVATE_HOST, Data);
    let foreign = bytes(PUBLIC_HOST, SERVER, Syn);
    for (router, about, expected) in [
        ("198.51.100.1:0", &ours, IN),
        // Routers with private addresses are everywhere.
        ("10.9.9.9:0", &ours, IN),
        ("10.9.9.9:0", &foreign, IN),
        (PRIVATE_HOST, &theirs, OUT),
    ] {
        assert_eq!(sides(&[]).way(&error(router, about)), expected, "{router}");
    }
}
