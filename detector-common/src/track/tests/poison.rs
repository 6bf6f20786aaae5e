//! A client that said something forbidden fails for a while, whatever it says then.

use super::*;
use crate::frames::reset;

const SERVER: &str = "198.51.100.7:443";

fn failures(world: &World, socket: Socket) -> u32 {
    let counters = world.counters(socket);
    let failed = Verdict::ALL
        .into_iter()
        .filter(|it| it.outcome() == Outcome::Failed);
    failed
        .map(|verdict| counters.value(Counter::Trial(verdict)))
        .sum()
}

/// A forged reset to a request.
fn forgery(world: &mut World, at: Nanos, socket: Socket) {
    world.handshake(at, socket);
    world.client(after(at, 50), socket, request(300));
    let forged = world.server(after(at, 53), socket, reset().ack(301));
    assert_eq!(forged.map(|it| it.verdict), Some(Verdict::RstInjected));
}

/// The same client on another host of the LAN, where each has an address of its own.
fn other_client(server: Socket) -> Socket {
    Socket {
        local: "192.0.2.2:50000".parse().unwrap(),
        ..server
    }
}

#[test]
fn one_client_fails_at_one_destination_once_in_three_minutes_after_what_it_said() {
    let (mut world, server) = (World::new(), socket(SERVER));
    forgery(&mut world, secs(1_000), server.sibling(50_001));
    // Two minutes later it would be a trial, were it no residue.
    forgery(&mut world, secs(1_121), server.sibling(50_002));
    world.silence(secs(1_125), server.sibling(50_003));
    assert_eq!(failures(&world, server), 1);
    forgery(&mut world, secs(1_190), server.sibling(50_004));
    assert_eq!(failures(&world, server), 2);
}

#[test]
fn poisoned_failures_are_verdicts_all_the_same() {
    let (mut world, server) = (World::new(), socket(SERVER));
    forgery(&mut world, secs(1_000), server.sibling(50_001));
    forgery(&mut world, secs(1_121), server.sibling(50_002));
    let verdicts = world
        .counters(server)
        .value(Counter::Verdict(Verdict::RstInjected));
    assert_eq!(verdicts, 2);
}

#[test]
fn another_port_and_another_client_are_not_poisoned() {
    let (mut world, server) = (World::new(), socket(SERVER));
    forgery(&mut world, secs(1_000), server);
    forgery(&mut world, secs(1_001), socket("198.51.100.7:8443"));
    assert_eq!(failures(&world, server), 2);
    forgery(&mut world, secs(1_121), other_client(server));
    assert_eq!(failures(&world, server), 3);
}

#[test]
fn silence_before_anything_was_said_poisons_nobody() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.exchange(secs(900), server);
    world.silence(secs(1_000), server.sibling(50_001));
    world.silence(secs(1_125), server.sibling(50_002));
    assert_eq!(failures(&world, server), 2);
}
