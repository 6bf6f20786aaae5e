//! Senders off the path, who may send in any name and see nothing: resets, answers, questions and errors by guess.

use std::{
    iter,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use anyhow::Result;
use detector_tests::{
    address::WAN_V4,
    frames::{Conversation, Envelope, Frame, Look, icmp_error},
    script::Dice,
};

use super::siege::Siege;

/// Frames that differ; then they come again.
const FRAMES: usize = 1 << 14;
const PER_SECOND: u32 = 10_000;
/// Where ports of clients begin.
const PORTS: u16 = 10_000;
/// A port that the gateway might serve.
const SERVED: u16 = 443;
/// Hosts of a documentation network, which take part in nothing.
const STRANGERS: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 0);
const ROUTER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 6));
/// Communication administratively prohibited (RFC 1812 §5.2.7.1).
const PROHIBITED: (u8, u8) = (3, 13);

/// In the names of servers that are visited all the while.
pub(crate) fn resets_of_random_connections_raise_no_alert() -> Result<()> {
    let test = "forged::resets_of_random_connections_raise_no_alert";
    siege(test, &|dice| {
        let (seq, ack) = (dice.roll(), dice.roll());
        vec![guessed(visited(dice), dice).guessed_reset(Look::SERVER, seq, ack)]
    })
    .bear()
}

/// As whoever wants to hide a block would send them.
pub(crate) fn answers_to_nobody_hide_no_block() -> Result<()> {
    siege("forged::answers_to_nobody_hide_no_block", &|dice| {
        let mut talk = guessed(visited(dice), dice);
        talk.reopen(dice.roll(), dice.roll());
        vec![talk.syn_ack()]
    })
    .bear_and_find_a_block()
}

/// From everywhere, to a port that may be served or not.
pub(crate) fn questions_from_everywhere_hide_no_block() -> Result<()> {
    siege("forged::questions_from_everywhere_hide_no_block", &|dice| {
        let asker = SocketAddr::new(stranger(dice), port(dice));
        let mut talk = Conversation::new(asker, (WAN_V4, SERVED).into());
        talk.reopen(dice.roll(), 0);
        vec![talk.syn()]
    })
    .bear_and_find_a_block()
}

/// Somebody else is flooded in our name, and what comes of that comes here: answers, refusals, a router's errors.
pub(crate) fn backscatter_raises_no_alert() -> Result<()> {
    siege("forged::backscatter_raises_no_alert", &|dice| {
        let servers = [visited(dice), SocketAddr::new(stranger(dice), SERVED)];
        let both = servers.map(|server| {
            let mut talk = guessed(server, dice);
            talk.reopen(dice.roll(), dice.roll());
            let quote = talk.syn();
            let envelope = Envelope::default();
            let error = icmp_error(&envelope, ROUTER, WAN_V4.into(), PROHIBITED, quote.packet());
            [talk.syn_ack(), talk.server_reset(), error]
        });
        both.concat()
    })
    .bear()
}

fn siege(test: &'static str, frames: &dyn Fn(&mut Dice) -> Vec<Frame>) -> Siege {
    let mut dice = Dice::new(1);
    let frames = iter::repeat_with(|| frames(&mut dice)).flatten();
    Siege {
        test,
        frames: frames.take(FRAMES).collect(),
        is_from_inside: false,
        per_second: Some(PER_SECOND),
    }
}

/// A connection that there may be, to whoever cannot see it.
fn guessed(server: SocketAddr, dice: &mut Dice) -> Conversation {
    Conversation::new((WAN_V4, port(dice)).into(), server)
}

/// One of the servers that are visited.
fn visited(dice: &mut Dice) -> SocketAddr {
    let (third, host) = (dice.below(40), 1 + dice.below(8));
    (Ipv4Addr::new(198, 18, third, host), SERVED).into()
}

fn stranger(dice: &mut Dice) -> IpAddr {
    Ipv4Addr::from_bits(STRANGERS.to_bits() + u32::from(dice.byte())).into()
}

fn port(dice: &mut Dice) -> u16 {
    let [high, low, ..] = dice.roll().to_be_bytes();
    u16::from_be_bytes([high, low]).max(PORTS)
}
