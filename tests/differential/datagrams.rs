//! QUIC, and errors that somebody on the way sends about a connection.

use std::net::IpAddr;

use anyhow::Result;
use detector_common::verdict::Verdict;
use detector_tests::frames::{Conversation, Frame, answer, datagram, icmp_error};

use crate::{
    family::Family,
    scene::{ROUND_TRIP_MS, Scene},
};

/// Long headers of type Initial, by version (RFC 9000 §17.2.2, RFC 9369 §3.2).
pub(crate) const VERSION_1: [u8; 5] = [0xc3, 0, 0, 0, 1];
const VERSION_2: [u8; 5] = [0xd3, 0x6b, 0x33, 0x43, 0xcf];
/// What a client pads its Initials to.
pub(crate) const INITIAL_LEN: usize = 1_200;

pub(crate) fn initials_that_stay_unanswered_are_a_timeout(scene: &mut Scene) -> Result<()> {
    for version in [VERSION_1, VERSION_2] {
        let talk = scene.conversation();
        let initial = initial(&talk, version, INITIAL_LEN);
        scene.see_quiet(&initial)?;
        scene.wait(2);
        scene.see_quiet(&initial)?;
        scene.wait(1_000);
        scene.see_quiet(&initial)?;
        scene.wait(2);
        scene.see_end(&initial, Verdict::QuicTimeout)?;
        scene.wait(2_000);
        scene.see_quiet(&initial)?;
    }
    Ok(())
}

pub(crate) fn an_answer_to_an_initial_is_a_success_even_if_late(scene: &mut Scene) -> Result<()> {
    let prompt = scene.conversation();
    scene.see_quiet(&initial(&prompt, VERSION_1, INITIAL_LEN))?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_end(&reply(&prompt), Verdict::Ok)?;
    scene.see_quiet(&reply(&prompt))?;

    let late = scene.conversation();
    let initial = initial(&late, VERSION_1, INITIAL_LEN);
    for _ in 0..3 {
        scene.see_quiet(&initial)?;
        scene.wait(500);
    }
    scene.see_end(&initial, Verdict::QuicTimeout)?;
    scene.wait(500);
    scene.see_end(&reply(&late), Verdict::Ok)
}

/// Nothing in an Initial tells a new connection from an old one, but time.
pub(crate) fn initials_after_a_minute_are_a_new_connection(scene: &mut Scene) -> Result<()> {
    let talk = scene.conversation();
    let initial = initial(&talk, VERSION_1, INITIAL_LEN);
    scene.see_quiet(&initial)?;
    scene.see_end(&reply(&talk), Verdict::Ok)?;
    scene.wait(61_000);
    for _ in 0..3 {
        scene.see_quiet(&initial)?;
        scene.wait(500);
    }
    scene.see_end(&initial, Verdict::QuicTimeout)
}

pub(crate) fn datagrams_that_are_no_initials_begin_nothing(scene: &mut Scene) -> Result<()> {
    let talk = scene.conversation();
    for (first, len) in [
        (VERSION_1, INITIAL_LEN - 1),
        ([0xc3, 0, 0, 0, 0], INITIAL_LEN),
        ([0xd3, 0, 0, 0, 1], INITIAL_LEN),
        ([0x43, 0, 0, 0, 1], INITIAL_LEN),
    ] {
        for _ in 0..5 {
            scene.see_quiet(&initial(&talk, first, len))?;
            scene.wait(500);
        }
        scene.see_quiet(&reply(&talk))?;
    }
    Ok(())
}

pub(crate) fn a_router_that_knows_no_way_is_believed_until_an_answer_comes(
    scene: &mut Scene,
) -> Result<()> {
    let mut talk = scene.conversation();
    let syn = talk.syn();
    scene.see_quiet(&syn)?;
    let error = from_router(scene, &talk, &syn);
    scene.see_end(&error, Verdict::IcmpUnreachable)?;
    scene.see_quiet(&error)?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_quiet(&talk.syn_ack())?;
    scene.see_quiet(&talk.request(300))?;
    scene.see_quiet(&talk.response(1_000))?;
    scene.see_end(&talk.client_fin(), Verdict::Ok)
}

pub(crate) fn a_router_may_speak_of_data_and_of_quic(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    let request = talk.request(300);
    scene.see_quiet(&request)?;
    let error = from_router(scene, &talk, &request);
    scene.see_end(&error, Verdict::IcmpUnreachable)?;

    let quic = scene.conversation();
    let initial = initial(&quic, VERSION_1, INITIAL_LEN);
    scene.see_quiet(&initial)?;
    let error = from_router(scene, &quic, &initial);
    scene.see_end(&error, Verdict::IcmpUnreachable)
}

pub(crate) fn a_destination_that_refuses_itself_is_its_own_business(
    scene: &mut Scene,
) -> Result<()> {
    let talk = scene.conversation();
    let syn = talk.syn();
    scene.see_quiet(&syn)?;
    scene.see_quiet(&unreachable(&talk, forbidden(scene.family), syn.packet()))
}

pub(crate) fn errors_that_say_something_else_or_guess_are_ignored(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    let syn = talk.syn();
    scene.see_quiet(&syn)?;
    let others: &[(u8, u8)] = match scene.family {
        Family::V4 => &[(3, 2), (3, 4), (11, 0), (12, 0)],
        Family::V6 => &[(2, 0), (3, 0), (4, 1)],
    };
    let router = scene.family.router();
    for kind in others {
        scene.see_quiet(&unreachable_by(router, &talk, *kind, syn.packet()))?;
    }
    // The same ports, but another connection's number.
    talk.reopen(77, 78);
    let guess = talk.syn();
    scene.see_quiet(&from_router(scene, &talk, &guess))
}

/// A client's datagram of this length that begins like this.
pub(crate) fn initial(talk: &Conversation, first: [u8; 5], len: usize) -> Frame {
    let (local, remote) = talk.ends();
    let mut payload = first.to_vec();
    payload.resize(len, 0);
    datagram(
        &talk.envelope,
        (local, 40_000).into(),
        (remote, 443).into(),
        &payload,
    )
}

/// Some datagram of the server.
pub(crate) fn reply(talk: &Conversation) -> Frame {
    let (local, remote) = talk.ends();
    answer(
        &talk.envelope,
        (remote, 443).into(),
        (local, 40_000).into(),
        b"hello",
    )
}

/// From the destination itself, in the conversation's envelope.
pub(crate) fn unreachable(talk: &Conversation, kind: (u8, u8), quote: &[u8]) -> Frame {
    let (_, remote) = talk.ends();
    unreachable_by(remote, talk, kind, quote)
}

/// From somebody on the way.
pub(crate) fn unreachable_by(
    router: IpAddr,
    talk: &Conversation,
    kind: (u8, u8),
    quote: &[u8],
) -> Frame {
    let (local, _) = talk.ends();
    icmp_error(&talk.envelope, router, local, kind, quote)
}

fn from_router(scene: &Scene, talk: &Conversation, about: &Frame) -> Frame {
    let kind = forbidden(scene.family);
    unreachable_by(scene.family.router(), talk, kind, about.packet())
}

/// Communication administratively prohibited.
const fn forbidden(family: Family) -> (u8, u8) {
    match family {
        Family::V4 => (3, 13),
        Family::V6 => (1, 1),
    }
}
