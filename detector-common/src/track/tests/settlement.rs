//! When an answer is counted, and when a connection that worked.

use super::*;
use crate::frames::{abort, client_fin};

const SERVER: &str = "198.51.100.7:443";

fn answers_and_successes(world: &World, socket: Socket) -> (u32, u32, u32) {
    let counters = world.counters(socket);
    (
        counters.value(Counter::Answered),
        counters.value(Counter::Verdict(Verdict::Ok)),
        counters.value(Counter::Trial(Verdict::Ok)),
    )
}

#[test]
fn an_answer_is_counted_with_the_first_data_and_once() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.handshake(secs(1), server);
    assert_eq!(answers_and_successes(&world, server), (0, 0, 0));
    world.client(after(secs(1), 41), server, request(300));
    world.server(after(secs(1), 81), server, response(1_000).ack(301));
    assert_eq!(answers_and_successes(&world, server), (1, 0, 0));
    for n in 0..5 {
        world.server(secs(2 + n), server, response(1_000).seq(1_001));
    }
    assert_eq!(answers_and_successes(&world, server), (1, 0, 0));
}

#[test]
fn a_success_is_counted_when_the_connection_ends_well_whoever_ends_it() {
    let ends = [
        (Direction::In, server_fin().seq(1_001).ack(301)),
        (Direction::Out, client_fin().seq(301).ack(1_001)),
        (Direction::Out, abort().seq(301).ack(1_001)),
    ];
    for (direction, end) in ends {
        let (mut world, server) = (World::new(), socket(SERVER));
        world.answer(secs(1), server);
        match direction {
            Direction::In => world.server(secs(2), server, end),
            Direction::Out => world.client(secs(2), server, end),
        };
        assert_eq!(answers_and_successes(&world, server), (1, 1, 1), "{end:?}");
    }
}

#[test]
fn a_long_answer_is_a_success_before_its_end() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.answer(secs(1), server);
    for index in 0..50 {
        let next = response(1_400).seq(1_001 + index * 1_400).ack(301);
        world.server(after(secs(2), u64::from(index)), server, next);
    }
    assert_eq!(answers_and_successes(&world, server), (1, 1, 1));
}

#[test]
fn a_connection_that_ends_without_an_answer_is_neither() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.handshake(secs(1), server);
    world.client(secs(2), server, request(300));
    world.server(secs(3), server, server_fin().ack(301));
    world.client(secs(4), server, client_fin().seq(301));
    assert_eq!(answers_and_successes(&world, server), (0, 0, 0));
}

#[test]
fn a_failure_that_is_taken_back_is_followed_by_a_success_of_its_own() {
    let (mut world, server) = (World::new(), socket(SERVER));
    let deaf = world.deafness(secs(1), server);
    assert_eq!(deaf.map(|it| it.verdict), Some(Verdict::DataBlackhole));
    assert!(world.is_in(Hosts::Failed, server));
    world.server(secs(5), server, response(1_000).ack(301));
    assert!(world.is_in(Hosts::Failed, server));
    world.server(secs(6), server, server_fin().seq(1_001).ack(301));
    assert!(!world.is_in(Hosts::Failed, server));
    assert_eq!(answers_and_successes(&world, server), (1, 1, 1));
}

#[test]
fn half_open_ports_that_are_used_again_are_connections_of_their_own() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.exchange(secs(1), server);
    world.client(secs(2), server, syn().seq(1 << 20));
    assert_eq!(world.counters(server).value(Counter::Connections), 1);
    let syn_ack = syn_ack().ack(1 + (1 << 20)).seq(1 << 21);
    world.server(after(secs(2), 40), server, syn_ack);
    let request = request(300).seq(1 + (1 << 20)).ack(1 + (1 << 21));
    world.client(after(secs(2), 50), server, request);
    let response = response(500).seq(1 + (1 << 21)).ack(301 + (1 << 20));
    world.server(after(secs(2), 90), server, response);
    assert_eq!(answers_and_successes(&world, server).0, 2);
}
