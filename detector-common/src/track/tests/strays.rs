//! Packets of no connection that our side began.

use super::*;
use crate::{
    frames::{abort, client_fin, refusal, reset, server_fin},
    packet::parse,
    wire::link::LinkLayer,
};
use etherparse::PacketBuilder;
use std::vec::Vec;

const SERVER: &str = "198.51.100.7:443";

fn assert_knows_nothing(world: &World, name: &str) {
    assert!(world.tables.flows.values.is_empty(), "{name}");
    assert!(world.tables.destinations.values.is_empty(), "{name}");
    assert!(world.tables.prefixes.0.values.is_empty(), "{name}");
}

#[test]
fn what_belongs_to_no_connection_is_ignored() {
    let server = socket(SERVER);
    let outbound = [request(300), client_fin(), abort()];
    let inbound = [syn_ack(), response(9), server_fin(), refusal(), reset()];
    let mut world = World::new();
    for frame in outbound {
        assert_eq!(world.client(secs(1), server, frame), None);
    }
    for frame in inbound {
        assert_eq!(world.server(secs(1), server, frame), None);
    }
    assert_knows_nothing(&world, "strays");
}

#[test]
fn a_connection_from_outside_is_not_followed() {
    let (mut world, peer) = (World::new(), socket(SERVER));
    assert_eq!(world.server(ms(0), peer, syn()), None);
    assert_eq!(world.client(ms(1), peer, syn_ack()), None);
    assert_eq!(world.server(ms(40), peer, request(300)), None);
    assert_eq!(world.client(ms(41), peer, response(500)), None);
    assert_eq!(world.server(ms(80), peer, abort()), None);
    assert_knows_nothing(&world, "a connection from outside");
}

#[test]
fn a_datagram_is_not_followed() {
    let mut bytes = Vec::new();
    PacketBuilder::ipv4([192, 0, 2, 1], [198, 51, 100, 7], 64)
        .udp(50_000, 443)
        .write(&mut bytes, &[0; 1_200])
        .unwrap();
    let packet = parse(bytes.as_slice(), LinkLayer::Ip).unwrap();
    let mut world = World::new();
    assert_eq!(world.see(secs(1), &packet, Direction::Out), None);
    assert_eq!(world.see(secs(1), &packet, Direction::In), None);
    assert_knows_nothing(&world, "a datagram");
}

#[test]
fn a_connection_that_was_forgotten_is_not_picked_up_again() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.handshake(secs(1), server);
    world.tables.flows.values.clear();
    assert_eq!(world.client(secs(2), server, request(300)), None);
    assert_eq!(world.server(secs(2), server, response(500)), None);
    assert_eq!(world.server(secs(2), server, reset()), None);
    assert!(world.tables.flows.values.is_empty());
}

#[test]
fn an_answer_of_a_candidate_that_was_forgotten_is_ignored() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.client(secs(1), server, syn());
    world.tables.destinations.values.clear();
    assert_eq!(world.server(after(secs(1), 40), server, syn_ack()), None);
    assert!(!world.is_tracked(server));
    assert!(world.tables.destinations.values.is_empty());
}

#[test]
fn the_remote_side_is_the_key_whichever_way_a_packet_goes() {
    let server = socket(SERVER);
    let (out, inside) = (
        server.outbound(syn()).packet(),
        server.inbound(syn_ack()).packet(),
    );
    let out_key = FlowKey::of(&out, Direction::Out).unwrap();
    let in_key = FlowKey::of(&inside, Direction::In).unwrap();
    assert_eq!(out_key, in_key);
    assert_eq!((out_key.remote_port, out_key.local_port), (443, 50_000));
    assert_eq!(out_key.remote, out.destination);
    assert_eq!(out_key.local, out.source);
}
