//! Clients that give up early: that says nothing of the path.

use super::*;
use crate::frames::abort;

const V4: &str = "198.51.100.7:443";
const V6: &str = "[2001:db8:1::7]:443";

fn trials(world: &World, socket: Socket) -> u32 {
    let verdicts = Verdict::ALL.into_iter().take(Verdict::TRIALS);
    let counters = world.counters(socket);
    verdicts
        .map(|verdict| counters.value(Counter::Trial(verdict)))
        .sum()
}

/// RFC 8305: the second family is tried after 250 ms, and the slower connection is given up.
#[test]
fn the_loser_of_happy_eyeballs_is_no_trial() {
    let (mut world, winner) = (World::new(), socket(V4));
    for (port, at) in (50_000..50_020).zip(1..) {
        let loser = socket(V6).sibling(port);
        world.client(secs(at), loser, syn());
        world.exchange(after(secs(at), 250), winner.sibling(port));
        world.server(after(secs(at), 310), loser, syn_ack());
        let given_up = world.client(after(secs(at), 311), loser, abort());
        assert_eq!(given_up.map(|it| it.verdict), Some(Verdict::ClientAborted));
    }
    assert_eq!(trials(&world, socket(V6)), 0);
    assert_eq!(trials(&world, winner), 1);
    assert!(!world.is_in(Hosts::Failed, socket(V6)));
}

#[test]
fn clients_that_give_up_after_their_first_syn_are_no_trial() {
    let (mut world, server) = (World::new(), socket(V4));
    world.exchange(secs(1), server);
    for (port, at) in (51_000..51_020).zip((100..).step_by(61)) {
        world.client(secs(at), server.sibling(port), syn());
    }
    assert_eq!(trials(&world, server), 1);
}
