//! When a prefix is tracked, and which.

use super::*;
use crate::frames::refusal;
use std::format;

const SERVER: &str = "198.51.100.7:443";

#[test]
fn a_prefix_is_tracked_from_its_first_answer_on() {
    let mut world = World::new();
    let server = socket(SERVER);
    world.client(ms(0), server, syn());
    assert!(!world.is_tracked(server));
    world.server(ms(40), server, syn_ack());
    assert!(world.is_tracked(server));
    assert!(world.is_in(Hosts::Alive, server));
    assert!(!world.is_in(Hosts::Failed, server));
}

#[test]
fn a_scan_of_dead_space_tracks_no_prefix() {
    let mut world = World::new();
    let dead = |host: u32| socket(&format!("203.0.{}.{}:80", host / 256, host % 256));
    for second in [0, 1, 3] {
        for host in 0..1_024 {
            world.client(secs(second), dead(host), syn());
        }
    }
    assert!(world.tables.prefixes.0.values.is_empty());
    assert_eq!(world.tables.destinations.values.len(), 1_024);
}

#[test]
fn a_refusal_is_no_answer_that_a_prefix_is_tracked_for() {
    let mut world = World::new();
    let server = socket(SERVER);
    world.client(ms(0), server, syn());
    let refused = world.server(ms(40), server, refusal());
    assert_eq!(refused.map(|it| it.verdict), Some(Verdict::SynRefused));
    assert!(!world.is_tracked(server));
    assert_eq!(world.tables.destinations.values.len(), 1);
}

/// Two destinations, and whether one prefix counts both.
const NEIGHBOURS: [(&str, &str, bool); 7] = [
    ("198.51.100.7:443", "198.51.100.7:80", true),
    ("198.51.100.7:443", "198.51.100.255:443", true),
    ("198.51.100.7:443", "198.51.101.7:443", false),
    ("[2001:db8:64::7]:443", "[2001:db8:64:ffff::1]:443", true),
    ("[2001:db8:64::7]:443", "[2001:db8:65::7]:443", false),
    ("[2001:db8:64::7]:443", "[2001:db9:64::7]:443", false),
    ("198.51.100.7:443", "[2001:db8:64::7]:443", false),
];

#[test]
fn neighbours_share_a_prefix() {
    for (one, other, share) in NEIGHBOURS {
        let mut world = World::new();
        world.handshake(secs(1), socket(one));
        world.handshake(secs(2), socket(other));
        let prefixes = if share { 1 } else { 2 };
        assert_eq!(
            world.tables.prefixes.0.values.len(),
            prefixes,
            "{one} {other}"
        );
        assert!(world.is_in(Hosts::Alive, socket(one)));
        assert!(world.is_in(Hosts::Alive, socket(other)));
    }
}

#[test]
fn the_length_of_a_prefix_is_the_tunings() {
    let mut world = World::new();
    world.tuning.prefix_v4 = 16;
    world.handshake(secs(1), socket("198.51.100.7:443"));
    world.handshake(secs(2), socket("198.51.101.7:443"));
    assert_eq!(world.tables.prefixes.0.values.len(), 1);
}

#[test]
fn a_forgotten_prefix_is_tracked_again_with_the_next_connection_to_a_known_destination() {
    let mut world = World::new();
    let server = socket(SERVER);
    world.handshake(secs(1), server);
    world.tables.prefixes.0.values.clear();
    world.client(secs(2), server.sibling(50_001), syn());
    assert!(world.is_tracked(server));
    assert!(world.is_in(Hosts::Alive, server));
    assert_eq!(world.counters(server).value(Counter::Connections), 1);
}

#[test]
fn data_of_a_settled_connection_tracks_nothing() {
    let mut world = World::new();
    let server = socket(SERVER);
    world.exchange(secs(1), server);
    world.tables.prefixes.0.values.clear();
    world.server(secs(2), server, response(1_000).seq(1_001));
    world.client(secs(2), server, request(300).seq(301));
    assert!(!world.is_tracked(server));
}
