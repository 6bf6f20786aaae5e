//! Marks that are counted, and packets that are kept for the eye.

use super::*;
use crate::{
    frames::{refusal, reset},
    mark::Mark,
};

const SERVER: &str = "198.51.100.7:443";

fn requested() -> (World, Socket) {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.handshake(secs(1), server);
    world.client(after(secs(1), 50), server, request(300));
    (world, server)
}

#[test]
fn an_ordinary_connection_leaves_no_evidence() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.exchange(secs(1), server);
    world.client(secs(2), server.sibling(50_001), syn());
    let refused = refusal().seq(0_u32.wrapping_sub(SERVER_ISN));
    world.server(after(secs(2), 40), server.sibling(50_001), refused);
    world.handshake(secs(3), server.sibling(50_002));
    world.server(secs(4), server.sibling(50_002), reset());
    assert!(world.tables.evidence.marks.is_empty());
    assert!(world.tables.evidence.samples.is_empty());
}

#[test]
fn each_mark_is_counted_once_a_connection() {
    let (mut world, server) = requested();
    let late = after(secs(1), 90);
    // A window alone proves nothing, and shows on every one of them.
    for millis in 0..5 {
        world.server(after(late, millis), server, reset().window(512).ack(301));
    }
    let marks = &world.tables.evidence.marks;
    assert_eq!(*marks, [Mark::Window, Mark::TripleReset]);
}

#[test]
fn the_first_resets_of_a_suspicious_connection_are_kept() {
    let (mut world, server) = requested();
    let late = after(secs(1), 90);
    for millis in 0..20 {
        world.server(after(late, millis), server, reset().window(512).ack(301));
    }
    assert_eq!(world.tables.evidence.samples.len(), 4);
}

#[test]
fn a_sample_shows_the_packet_beside_the_servers_own() {
    let (mut world, server) = requested();
    let forged = reset()
        .ttl(120)
        .fragmentable()
        .window(512)
        .ip_id(777)
        .ack(301);
    world.server(after(secs(1), 53), server, forged);
    let sample = world.tables.evidence.samples[0];
    assert_eq!((sample.delay_us, sample.rtt_us), (3_000, 40_000));
    assert_eq!((sample.ttl, sample.server_ttl), (120, 50));
    assert_eq!((sample.dont_fragment, sample.server_df), (0, 1));
    assert_eq!((sample.window, sample.ip_id), (512, 777));
    assert_eq!((sample.seq_ahead, sample.ack_ahead), (0, 0));
    assert_eq!((sample.remote_port, sample.local_port), (443, 50_000));
    assert_eq!(sample.stage, Stage::PostPsh as u8);
    let marks: std::vec::Vec<_> = sample.marks.iter().collect();
    let expected = [
        Mark::TooSoon,
        Mark::ForeignTtl,
        Mark::ForeignDf,
        Mark::Window,
    ];
    assert_eq!(marks, expected);
}

#[test]
fn a_contradiction_is_evidence_of_the_packet_that_contradicts() {
    let (mut world, server) = requested();
    world.server(after(secs(1), 90), server, reset().ack(301));
    assert!(world.tables.evidence.samples.is_empty());
    world.server(after(secs(1), 99), server, response(500).ack(301));
    assert_eq!(world.tables.evidence.marks, [Mark::Contradiction]);
    assert_eq!(world.tables.evidence.samples.len(), 1);
}
