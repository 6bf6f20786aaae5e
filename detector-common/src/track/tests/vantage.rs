//! What destinations teach of our uplink.

use super::*;
use crate::frames::reset;
use std::format;

/// Handshakes with hosts of so many prefixes, which all arrive with one TTL.
fn world_of(prefixes: u32, ttl: u8) -> World {
    let mut world = World::new();
    for index in 0..prefixes {
        let server = socket(&format!("198.18.{index}.7:443"));
        world.client(secs(1), server, syn());
        world.server(after(secs(1), 40), server, syn_ack().ttl(ttl));
    }
    world
}

/// A reset with a TTL that is not the server's, where nothing else speaks against it.
fn foreign_reset(world: &mut World) -> Option<Verdict> {
    let server = socket("203.0.113.7:443");
    world.client(secs(100), server, syn());
    world.server(after(secs(100), 40), server, syn_ack().ttl(251));
    world.client(after(secs(100), 50), server, request(300));
    let reset = reset().ttl(120).ack(301);
    let judgement = world.server(after(secs(100), 90), server, reset)?;
    Some(judgement.verdict)
}

#[test]
fn a_ttl_proves_nothing_where_fifty_prefixes_have_the_same() {
    let mut levelled = world_of(49, 251);
    assert_eq!(foreign_reset(&mut levelled), Some(Verdict::Reset));
    let mut young = world_of(20, 251);
    assert_eq!(foreign_reset(&mut young), Some(Verdict::RstInjected));
}

#[test]
fn known_destinations_teach_nothing_new() {
    let mut world = world_of(1, 251);
    for port in 50_001..50_100 {
        let again = socket("198.18.0.7:443").sibling(port);
        world.client(secs(2), again, syn());
        world.server(after(secs(2), 40), again, syn_ack().ttl(251));
    }
    assert_eq!(world.tables.vantage.values[&0].run, 1);
}

#[test]
fn without_an_uplink_to_look_at_nothing_is_followed() {
    let mut world = World::new();
    world.tables.vantage.values.clear();
    let server = socket("198.51.100.7:443");
    assert_eq!(world.client(secs(1), server, syn()), None);
    assert_eq!(world.server(after(secs(1), 40), server, syn_ack()), None);
    assert!(!world.is_tracked(server));
}
