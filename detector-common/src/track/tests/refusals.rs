//! Tables that are full.

use super::*;

const SERVER: &str = "198.51.100.7:443";

#[test]
fn a_connection_without_room_is_not_followed() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.tables.flows.capacity = 0;
    for at in [1, 2, 4] {
        assert_eq!(world.client(secs(at), server, syn()), None);
    }
    assert_eq!(world.tables.flows.refused, 3);
    assert!(world.tables.candidates.values.is_empty());
}

#[test]
fn a_connection_that_is_followed_needs_no_more_room() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.handshake(secs(1), server);
    world.tables.flows.capacity = 1;
    assert_eq!(world.client(secs(2), server, syn()), None);
    assert_eq!(world.client(secs(3), server, request(300)), None);
    assert_eq!(world.server(secs(4), server, response(500)), None);
    let ok = world.server(secs(5), server, server_fin().seq(501));
    assert_eq!(ok.map(|it| it.verdict), Some(Verdict::Ok));
    assert_eq!(world.tables.flows.refused, 0);
}

#[test]
fn a_candidate_without_room_is_not_counted() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.tables.candidates.capacity = 0;
    assert_eq!(world.client(secs(1), server, syn()), None);
    assert_eq!(world.server(secs(1), server, syn_ack()), None);
    assert_eq!(world.tables.candidates.refused, 1);
    assert!(!world.is_tracked(server));
}

#[test]
fn a_destination_without_room_stays_a_candidate_and_counts_as_alive() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.tables.destinations.capacity = 0;
    let ok = world.exchange(secs(1), server);
    assert_eq!(ok.map(|it| it.verdict), Some(Verdict::Ok));
    assert!(world.tables.candidates.values[&server.destination()].has_answered());
    assert!(world.is_in(Hosts::Alive, server));
    assert_eq!(world.counters(server).value(Counter::Trial(Verdict::Ok)), 1);
}

#[test]
fn a_destination_that_found_no_room_is_asked_about_again_once_its_candidate_was_forgotten() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.tables.destinations.capacity = 0;
    world.handshake(secs(1), server);
    world.tables.destinations.capacity = 1;
    world.handshake(secs(2), server.sibling(50_001));
    assert_eq!(world.tables.candidates.values.len(), 1);
    world.tables.candidates.values.clear();
    world.handshake(secs(3), server.sibling(50_002));
    assert!(world.tables.candidates.values.is_empty());
    assert_eq!(world.tables.destinations.values.len(), 1);
}

#[test]
fn a_prefix_without_room_is_not_counted_and_its_connections_are_judged_all_the_same() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.tables.prefixes.0.capacity = 0;
    let ok = world.exchange(secs(1), server);
    assert_eq!(ok.map(|it| it.verdict), Some(Verdict::Ok));
    assert!(!world.is_tracked(server));
    assert!(world.tables.prefixes.0.refused > 0);
    assert_eq!(world.tables.destinations.values.len(), 1);
}
