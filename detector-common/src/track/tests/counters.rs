//! What is counted for a prefix.

use super::*;
use crate::frames::{abort, refusal, reset};

const SERVER: &str = "198.51.100.7:443";
const NEIGHBOUR: &str = "198.51.100.8:443";

/// The counters that are not zero, but for the connections.
fn counted(world: &World, socket: Socket) -> std::vec::Vec<(Counter, u32)> {
    let counters = world.counters(socket);
    let each = Verdict::ALL.map(Counter::Verdict).into_iter();
    each.chain(
        Verdict::ALL
            .into_iter()
            .take(Verdict::TRIALS)
            .map(Counter::Trial),
    )
    .chain(Stage::ALL.map(Counter::Stage))
    .chain([Counter::Strangers])
    .map(|counter| (counter, counters.value(counter)))
    .filter(|(_, value)| *value != 0)
    .collect()
}

#[test]
fn a_working_connection_is_one_trial() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.exchange(secs(1), server);
    let expected = [
        (Counter::Verdict(Verdict::Ok), 1),
        (Counter::Trial(Verdict::Ok), 1),
    ];
    assert_eq!(counted(&world, server), expected);
}

#[test]
fn retries_are_verdicts_and_one_trial() {
    let (mut world, server) = (World::new(), socket(SERVER));
    for n in 0..10 {
        world.exchange(secs(1 + u64::from(n)), server.sibling(50_000 + n));
    }
    let expected = [
        (Counter::Verdict(Verdict::Ok), 10),
        (Counter::Trial(Verdict::Ok), 1),
    ];
    assert_eq!(counted(&world, server), expected);
}

#[test]
fn every_destination_has_its_own_trial() {
    let (mut world, server) = (World::new(), socket(SERVER));
    for remote in [SERVER, NEIGHBOUR, "198.51.100.7:80"] {
        world.exchange(secs(1), socket(remote));
    }
    let counters = world.counters(server);
    assert_eq!(counters.value(Counter::Trial(Verdict::Ok)), 3);
}

#[test]
fn connections_are_first_syns() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.handshake(secs(1), server);
    let before = world.counters(server).value(Counter::Connections);
    world.client(secs(2), server.sibling(50_001), syn());
    world.client(secs(3), server.sibling(50_001), syn());
    world.client(secs(4), server.sibling(50_002), syn());
    // A new connection on old ports.
    world.client(secs(5), server.sibling(50_002), syn().seq(77));
    let connections = world.counters(server).value(Counter::Connections);
    assert_eq!(connections - before, 3);
}

#[test]
fn a_known_destination_that_falls_silent_has_failed() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.exchange(secs(1), server);
    let timeout = world.silence(secs(10), server.sibling(50_001));
    assert_eq!(timeout.map(|it| it.verdict), Some(Verdict::SynTimeout));
    let expected = [
        (Counter::Verdict(Verdict::Ok), 1),
        (Counter::Verdict(Verdict::SynTimeout), 1),
        (Counter::Trial(Verdict::Ok), 1),
        (Counter::Trial(Verdict::SynTimeout), 1),
        (Counter::Stage(Stage::PostSyn), 1),
    ];
    assert_eq!(counted(&world, server), expected);
    assert!(world.is_in(Hosts::Alive, server));
    assert!(world.is_in(Hosts::Failed, server));
}

#[test]
fn a_host_that_works_again_has_not_failed() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.exchange(secs(1), server);
    world.silence(secs(10), server.sibling(50_001));
    world.exchange(secs(80), server.sibling(50_002));
    assert!(!world.is_in(Hosts::Failed, server));
    assert!(world.is_in(Hosts::Alive, server));
    let trials = |verdict| world.counters(server).value(Counter::Trial(verdict));
    assert_eq!(trials(Verdict::Ok), 2);
    assert_eq!(trials(Verdict::SynTimeout), 1);
}

#[test]
fn a_failure_of_one_host_is_not_its_neighbours() {
    let mut world = World::new();
    let (server, neighbour) = (socket(SERVER), socket(NEIGHBOUR));
    world.exchange(secs(1), server);
    world.exchange(secs(1), neighbour);
    world.silence(secs(10), server.sibling(50_001));
    assert!(world.is_in(Hosts::Failed, server));
    assert!(!world.is_in(Hosts::Failed, neighbour));
}

#[test]
fn a_destination_that_never_answered_is_counted_apart() {
    let mut world = World::new();
    let (server, stranger) = (socket(SERVER), socket(NEIGHBOUR));
    world.handshake(secs(1), server);
    world.silence(secs(10), stranger);
    let expected = [
        (Counter::Verdict(Verdict::SynTimeout), 1),
        (Counter::Strangers, 1),
    ];
    assert_eq!(counted(&world, server), expected);
    assert!(!world.is_in(Hosts::Alive, stranger));
    assert!(!world.is_in(Hosts::Failed, stranger));
}

#[test]
fn a_stranger_is_counted_once_in_two_minutes() {
    let mut world = World::new();
    let (server, stranger) = (socket(SERVER), socket(NEIGHBOUR));
    world.handshake(secs(1), server);
    for (port, at) in (51_000..).zip([10, 20, 40, 80, 129, 133, 140]) {
        world.client(secs(at), stranger.sibling(port), syn());
    }
    assert_eq!(world.counters(server).value(Counter::Strangers), 1);
    world.client(secs(160), stranger, syn());
    assert_eq!(world.counters(server).value(Counter::Strangers), 2);
}

#[test]
fn a_forged_reset_is_counted_at_its_stage() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.handshake(secs(1), server);
    world.client(after(secs(1), 50), server, request(300));
    world.server(after(secs(1), 53), server, reset().ack(301));
    let expected = [
        (Counter::Verdict(Verdict::RstInjected), 1),
        (Counter::Trial(Verdict::RstInjected), 1),
        (Counter::Stage(Stage::PostPsh), 1),
    ];
    assert_eq!(counted(&world, server), expected);
    assert!(world.is_in(Hosts::Failed, server));
}

#[test]
fn what_the_endpoints_end_themselves_is_no_trial() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.handshake(secs(1), server);
    world.server(secs(2), server, reset());
    let (refused, aborted) = (server.sibling(50_001), server.sibling(50_002));
    world.client(secs(3), refused, syn());
    world.server(after(secs(3), 40), refused, refusal());
    world.client(secs(4), aborted, syn());
    world.client(after(secs(4), 10), aborted, abort());
    let expected = [
        (Counter::Verdict(Verdict::SynRefused), 1),
        (Counter::Verdict(Verdict::Reset), 1),
        (Counter::Verdict(Verdict::ClientAborted), 1),
    ];
    assert_eq!(counted(&world, server), expected);
    assert!(!world.is_in(Hosts::Failed, server));
}
