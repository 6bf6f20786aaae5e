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
    assert!(world.tables.destinations.values.is_empty());
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
fn a_destination_without_room_is_not_counted() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.tables.destinations.capacity = 0;
    assert_eq!(world.client(secs(1), server, syn()), None);
    assert_eq!(world.server(secs(1), server, syn_ack()), None);
    assert_eq!(world.tables.destinations.refused, 1);
    assert!(!world.is_tracked(server));
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
