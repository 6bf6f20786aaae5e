//! What is remembered of a destination.

use super::*;
use crate::frames::{SERVER_TTL, refusal};

const SERVER: &str = "198.51.100.7:443";

/// Whether it answered, where it is known at all.
fn has_answered(world: &World, socket: Socket) -> Option<bool> {
    let known = world.tables.destinations.values.get(&socket.destination());
    known.map(DestinationState::has_answered)
}

const CANDIDATE: Option<bool> = Some(false);
const DESTINATION: Option<bool> = Some(true);
const NOWHERE: Option<bool> = None;

#[test]
fn a_destination_is_a_candidate_until_it_answers() {
    let mut world = World::new();
    let server = socket(SERVER);
    assert_eq!(has_answered(&world, server), NOWHERE);
    world.client(ms(0), server, syn());
    assert_eq!(has_answered(&world, server), CANDIDATE);
    world.server(ms(40), server, syn_ack());
    assert_eq!(has_answered(&world, server), DESTINATION);
}

#[test]
fn a_destination_that_refuses_stays_a_candidate() {
    let mut world = World::new();
    let server = socket(SERVER);
    world.client(ms(0), server, syn());
    world.server(ms(40), server, refusal());
    assert_eq!(has_answered(&world, server), CANDIDATE);
}

#[test]
fn another_port_is_another_destination() {
    let mut world = World::new();
    let (server, other) = (socket(SERVER), socket("198.51.100.7:80"));
    world.handshake(secs(1), server);
    world.client(secs(2), other, syn());
    assert_eq!(has_answered(&world, server), DESTINATION);
    assert_eq!(has_answered(&world, other), CANDIDATE);
}

#[test]
fn an_answer_is_remembered() {
    let mut world = World::new();
    let server = socket(SERVER);
    world.handshake(secs(1), server);
    let memory = world.tables.destinations.values[&server.destination()];
    assert_eq!(memory.min_rtt(), Some(ms(40)));
    assert_eq!((memory.ttl, memory.dont_fragment), (SERVER_TTL, 1));
    assert_eq!((memory.silent_syns, memory.last_syn), (0, secs(1)));
}

#[test]
fn a_known_destination_is_remembered_across_sockets() {
    let mut world = World::new();
    let server = socket(SERVER);
    world.handshake(secs(1), server);
    let next = server.sibling(50_001);
    world.client(secs(5), next, syn());
    let refusal = world.server(after(secs(5), 3), next, refusal());
    // Three milliseconds where the round trip is forty.
    assert_eq!(refusal.map(|it| it.verdict), Some(Verdict::RstInjected));
    assert_eq!(has_answered(&world, server), DESTINATION);
    assert_eq!(world.tables.destinations.values.len(), 1);
}

#[test]
fn silence_of_different_sockets_adds_up() {
    let mut world = World::new();
    let server = socket(SERVER);
    assert_eq!(world.client(secs(1), server, syn()), None);
    assert_eq!(world.client(secs(2), server.sibling(50_001), syn()), None);
    let third = world.client(secs(4), server.sibling(50_002), syn());
    assert_eq!(third.map(|it| it.verdict), Some(Verdict::SynTimeout));
    assert_eq!(world.tables.flows.values.len(), 3);
    assert_eq!(world.tables.destinations.values.len(), 1);
}

#[test]
fn silence_of_different_destinations_does_not() {
    let mut world = World::new();
    for (second, remote) in [(1, "198.51.100.7:443"), (2, "198.51.100.8:443")] {
        assert_eq!(world.client(secs(second), socket(remote), syn()), None);
    }
    let third = world.client(secs(4), socket("198.51.100.7:80"), syn());
    assert_eq!(third, None);
}
