//! QUIC through the whole engine: which datagrams are followed, and what their answers count.

use super::*;
use crate::frames::{initial, quic_answer};

use Direction::{In, Out};

const SERVER: &str = "198.51.100.7:443";

/// Two flights of two Initials.
fn unanswered(world: &mut World, at: Nanos) -> Option<Judgement> {
    let mut last = None;
    for millis in [0, 1, 1_000, 1_001] {
        last = last.or(world.datagram(after(at, millis), initial(), Out));
    }
    last
}

fn trials(world: &World, verdict: Verdict) -> u32 {
    world
        .counters(socket(SERVER))
        .value(Counter::Trial(verdict))
}

#[test]
fn an_answered_initial_is_a_success() {
    let mut world = World::new();
    world.datagram(secs(1), initial(), Out);
    let ok = world.datagram(after(secs(1), 40), quic_answer(), In);
    assert_eq!(ok.map(|it| it.verdict), Some(Verdict::Ok));
    assert_eq!(trials(&world, Verdict::Ok), 1);
    assert!(world.is_in(Hosts::Alive, socket(SERVER)));
    let counters = world.counters(socket(SERVER));
    assert_eq!(counters.value(Counter::Answered), 1);
}

#[test]
fn what_works_over_quic_is_counted_apart_too() {
    let mut world = World::new();
    world.exchange(secs(1), socket(SERVER));
    // On the same ports a minute later it is another connection.
    for at in [10, 90] {
        world.datagram(secs(at), initial(), Out);
        world.datagram(after(secs(at), 40), quic_answer(), In);
    }
    let counters = world.counters(socket(SERVER));
    let told = [
        Counter::Verdict(Verdict::Ok),
        Counter::QuicOk,
        Counter::Trial(Verdict::Ok),
        Counter::QuicOkTrial,
    ];
    assert_eq!(told.map(|counter| counters.value(counter)), [3, 2, 2, 1]);
}

#[test]
fn a_host_that_fails_over_quic_fails_whatever_works_over_tcp() {
    let mut world = World::new();
    world.datagram(secs(1), initial(), Out);
    world.datagram(after(secs(1), 40), quic_answer(), In);
    unanswered(&mut world, secs(100));
    world.exchange(secs(110), socket(SERVER));
    assert!(world.is_in(Hosts::Failed, socket(SERVER)));
    world.datagram(secs(200), initial(), Out);
    world.datagram(after(secs(200), 40), quic_answer(), In);
    assert!(!world.is_in(Hosts::Failed, socket(SERVER)));
}

#[test]
fn unanswered_initials_to_a_known_destination_are_a_failure() {
    let mut world = World::new();
    world.datagram(secs(1), initial(), Out);
    world.datagram(after(secs(1), 40), quic_answer(), In);
    let timeout = unanswered(&mut world, secs(100));
    assert_eq!(timeout.map(|it| it.verdict), Some(Verdict::QuicTimeout));
    assert_eq!(trials(&world, Verdict::QuicTimeout), 1);
    assert!(world.is_in(Hosts::Failed, socket(SERVER)));
}

#[test]
fn quic_and_tcp_to_one_port_are_two_destinations() {
    let mut world = World::new();
    world.exchange(secs(1), socket(SERVER));
    let timeout = unanswered(&mut world, secs(10));
    assert_eq!(timeout.map(|it| it.verdict), Some(Verdict::QuicTimeout));
    // QUIC was never answered there, so that its silence weighs nothing.
    assert_eq!(trials(&world, Verdict::QuicTimeout), 0);
    assert_eq!(world.counters(socket(SERVER)).value(Counter::Strangers), 1);
    assert_eq!(world.tables.destinations.values.len(), 2);
}

/// How long after a first Initial the same ports are used again, and whether that is another
/// connection.
const REUSE: [(u64, bool); 3] = [(1_000, false), (60_000, false), (60_001, true)];

#[test]
fn ports_that_are_used_again_after_a_minute_are_a_new_connection() {
    for (millis, is_new) in REUSE {
        let mut world = World::new();
        world.datagram(secs(1), initial(), Out);
        world.datagram(after(secs(1), 40), quic_answer(), In);
        world.datagram(after(secs(1), millis), initial(), Out);
        let again = world.datagram(after(secs(1), millis + 40), quic_answer(), In);
        assert_eq!(again.is_some(), is_new, "{millis}");
    }
}

#[test]
fn initials_a_minute_apart_are_no_silence() {
    let mut world = World::new();
    for minutes in 0..10 {
        let at = secs(1 + 61 * minutes);
        assert_eq!(world.datagram(at, initial(), Out), None);
    }
}

#[test]
fn only_initials_to_port_443_begin_anything() {
    let handshake = [0xe0, 0, 0, 0, 1];
    let short = [0x40, 0, 0, 0, 1];
    let negotiation = [0xc0, 0, 0, 0, 0];
    let unfixed = [0x80, 0, 0, 0, 1];
    let (first_of_2, retry_of_2) = (
        [0xc0, 0x6b, 0x33, 0x43, 0xcf],
        [0xf0, 0x6b, 0x33, 0x43, 0xcf],
    );
    let (mut other_port, mut too_short) = (initial(), initial());
    other_port.to.set_port(8_443);
    too_short.len = 1_199;
    let with = |header| Datagram {
        header,
        ..initial()
    };
    let frames = [
        other_port,
        too_short,
        with(handshake),
        with(short),
        with(negotiation),
        with(unfixed),
        with(first_of_2),
        with(retry_of_2),
    ];
    for frame in frames {
        let mut world = World::new();
        for millis in [0, 1, 1_000, 1_001, 3_000] {
            assert_eq!(world.datagram(after(secs(1), millis), frame, Out), None);
        }
        assert!(world.tables.flows.values.is_empty(), "{frame:?}");
    }
}

#[test]
fn initials_of_version_2_begin_a_connection_too() {
    // RFC 9369 §3.2: type 1, version 0x6b3343cf.
    let second = Datagram {
        header: [0xd0, 0x6b, 0x33, 0x43, 0xcf],
        ..initial()
    };
    let mut world = World::new();
    world.datagram(secs(1), second, Out);
    let ok = world.datagram(after(secs(1), 40), quic_answer(), In);
    assert_eq!(ok.map(|it| it.verdict), Some(Verdict::Ok));
}

#[test]
fn data_of_an_established_connection_changes_nothing() {
    let mut world = World::new();
    let short = Datagram {
        header: [0x40, 1, 2, 3, 4],
        ..initial()
    };
    world.datagram(secs(1), initial(), Out);
    world.datagram(after(secs(1), 40), quic_answer(), In);
    let before = world.tables.flows.values.clone();
    for second in 2..200 {
        assert_eq!(world.datagram(secs(second), short, Out), None);
    }
    assert_eq!(world.tables.flows.values, before);
}

#[test]
fn an_initial_from_outside_is_no_connection_of_ours() {
    let mut world = World::new();
    let mut incoming = initial();
    incoming.from.set_port(443);
    assert_eq!(world.datagram(secs(1), incoming, In), None);
    assert!(world.tables.flows.values.is_empty());
}
