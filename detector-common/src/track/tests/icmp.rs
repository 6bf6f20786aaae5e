//! ICMP errors through the whole engine: whose they are, and what they count.

use super::*;
use crate::frames::{Unreachable, initial};

const SERVER: &str = "198.51.100.7:443";
const SERVER_V6: &str = "[2001:db8:64::7]:443";

const PROHIBITED: Unreachable = Unreachable::code(13);

fn from(sender: &str, kind: u8, code: u8) -> Unreachable {
    Unreachable {
        sender: sender.parse().unwrap(),
        kind,
        code,
    }
}

#[test]
fn an_error_from_somebody_on_the_way_is_a_failure_of_the_destination_it_quotes() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.exchange(secs(1), server);
    let next = server.sibling(50_001);
    world.client(secs(10), next, syn());
    let error = world.error(after(secs(10), 20), next, PROHIBITED);
    assert_eq!(error.map(|it| it.verdict), Some(Verdict::IcmpUnreachable));
    assert_eq!(error.map(|it| it.stage), Some(Stage::PostSyn));
    let counters = world.counters(server);
    assert_eq!(counters.value(Counter::Trial(Verdict::IcmpUnreachable)), 1);
    assert!(world.is_in(Hosts::Failed, server));
}

#[test]
fn the_destination_may_say_so_itself() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.client(secs(1), server, syn());
    let own = from("198.51.100.7", 3, 3);
    assert_eq!(world.error(after(secs(1), 40), server, own), None);
    // And it is heard no more than before: its silence still counts.
    world.client(secs(2), server, syn());
    let timeout = world.client(secs(4), server, syn());
    assert_eq!(timeout.map(|it| it.verdict), Some(Verdict::SynTimeout));
}

#[test]
fn errors_of_ipv6_are_followed_alike() {
    let (mut world, server) = (World::new(), socket(SERVER_V6));
    world.client(secs(1), server, syn());
    let error = world.error(after(secs(1), 20), server, from("2001:db8:9::9", 1, 1));
    assert_eq!(error.map(|it| it.verdict), Some(Verdict::IcmpUnreachable));
    let (mut world, server) = (World::new(), socket(SERVER_V6));
    world.client(secs(1), server, syn());
    let own = world.error(after(secs(1), 20), server, from("2001:db8:64::7", 1, 1));
    assert_eq!(own, None);
}

#[test]
fn an_error_about_no_connection_is_ignored() {
    let (mut world, server) = (World::new(), socket(SERVER));
    assert_eq!(world.error(secs(1), server, PROHIBITED), None);
    assert!(world.tables.flows.values.is_empty());
    assert!(world.tables.destinations.values.is_empty());
}

#[test]
fn an_error_that_our_side_sends_is_ignored() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.client(secs(1), server, syn());
    let syn = server.outbound(syn());
    let packet = PROHIBITED.about(&syn.bytes(), server.local.ip());
    assert_eq!(world.see(after(secs(1), 1), &packet, Direction::Out), None);
}

#[test]
fn an_error_about_an_initial_is_a_failure_of_quic() {
    let mut world = World::new();
    world.datagram(secs(1), initial(), Direction::Out);
    let local = initial().from.ip();
    let packet = Unreachable::code(10).about(&initial().bytes(), local);
    let error = world.see(after(secs(1), 20), &packet, Direction::In);
    assert_eq!(error.map(|it| it.verdict), Some(Verdict::IcmpUnreachable));
}

#[test]
fn refused_aloud_there_is_no_run_of_unanswered_syns() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.exchange(secs(1), server);
    for (at, port) in [(10, 50_001), (12, 50_002), (14, 50_003), (16, 50_004)] {
        let next = server.sibling(port);
        assert_eq!(world.client(secs(at), next, syn()), None);
        world.error(after(secs(at), 20), next, PROHIBITED);
    }
    let counters = world.counters(server);
    assert_eq!(counters.value(Counter::Verdict(Verdict::SynTimeout)), 0);
    assert_eq!(
        counters.value(Counter::Verdict(Verdict::IcmpUnreachable)),
        4
    );
    assert_eq!(counters.value(Counter::Trial(Verdict::IcmpUnreachable)), 1);
}
