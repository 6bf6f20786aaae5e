//! Packets in the server's name that the server did not send, and what gives them away.

use anyhow::{Result, ensure};
use detector_common::{mark::Mark, prefix::Counter, verdict::Verdict};
use detector_tests::frames::{Conversation, Frame, Look};

use crate::{
    family::Family,
    scene::{ROUND_TRIP_MS, Scene},
};

/// Destinations that show a uplink which gives every packet one TTL.
const LEVELLED: u8 = 50;

pub(crate) fn a_block_page_with_fin_that_comes_too_soon_is_forged(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(300))?;
    scene.wait(5);
    scene.see_end(&talk.block_page(Look::FORGER, 500), Verdict::FinInjected)?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_quiet(&talk.response(1_000))
}

/// In time, so that two marks of its look must agree. IPv6 has but one: the hop limit.
pub(crate) fn a_block_page_with_two_foreign_marks_is_forged(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(300))?;
    scene.wait(ROUND_TRIP_MS);
    let verdict = match scene.family {
        Family::V4 => Verdict::FinInjected,
        Family::V6 => Verdict::Ok,
    };
    scene.see_end(&talk.block_page(Look::FORGER, 500), verdict)
}

pub(crate) fn a_syn_ack_made_into_a_reset_is_forged(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.success(&mut talk)?;
    talk.reopen(7, 8);
    scene.see_quiet(&talk.syn())?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_end(&talk.rewritten_syn_ack(), Verdict::RstInjected)?;
    marked(scene, Mark::SequencePlay)
}

pub(crate) fn resets_that_guess_numbers_are_forged(scene: &mut Scene) -> Result<()> {
    for (seq, ack) in [(1_460, 0), (0, 5_000)] {
        let talk = asked(scene)?;
        scene.see_end(&talk.server_reset(), Verdict::Reset)?;
        scene.wait(1);
        scene.see_end(
            &talk.guessed_reset(plain(talk.server), seq, ack),
            Verdict::RstInjected,
        )?;
    }
    marked(scene, Mark::SequencePlay)
}

/// IPv6 has no identification that could be copied.
pub(crate) fn a_reset_that_copies_the_clients_packet_is_forged(scene: &mut Scene) -> Result<()> {
    let talk = asked(scene)?;
    let echo = Look {
        identification: talk.client.identification,
        window: talk.client.window,
        ..talk.server
    };
    if scene.family == Family::V6 {
        return scene.see_end(&talk.forged_reset(echo), Verdict::Reset);
    }
    scene.see_end(&talk.forged_reset(echo), Verdict::RstInjected)?;
    marked(scene, Mark::Echo)
}

pub(crate) fn three_resets_alike_are_marked_and_prove_nothing(scene: &mut Scene) -> Result<()> {
    let before = scene.marked(Mark::TripleReset);
    let talk = asked(scene)?;
    scene.see_end(&talk.server_reset(), Verdict::Reset)?;
    for _ in 0..4 {
        scene.wait(1);
        scene.see_quiet(&talk.server_reset())?;
    }
    let counted = scene.marked(Mark::TripleReset) - before;
    ensure!(counted == 1, "{counted} marks");
    Ok(())
}

pub(crate) fn a_mere_acknowledgement_contradicts_the_reset_before_it(
    scene: &mut Scene,
) -> Result<()> {
    let talk = asked(scene)?;
    scene.see_end(&talk.server_reset(), Verdict::Reset)?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_end(&talk.server_ack(), Verdict::RstInjected)?;
    marked(scene, Mark::Contradiction)
}

pub(crate) fn an_identification_out_of_line_is_a_mark(scene: &mut Scene) -> Result<()> {
    let before = scene.marked(Mark::IpIdJump);
    let mut talk = scene.conversation();
    talk.server.identification = 40_000;
    scene.handshake(&mut talk)?;
    talk.server.identification += 1;
    scene.see_quiet(&talk.server_ack())?;
    scene.see_quiet(&talk.request(300))?;
    scene.wait(ROUND_TRIP_MS);
    let forger = Look {
        identification: 7,
        ..plain(talk.server)
    };
    scene.see_end(&talk.forged_reset(forger), Verdict::Reset)?;
    let counted = scene.marked(Mark::IpIdJump) - before;
    let expected = u64::from(scene.family == Family::V4);
    ensure!(counted == expected, "{counted} marks");
    Ok(())
}

/// Then a foreign TTL is none, until another one is seen.
pub(crate) fn an_uplink_that_levels_ttls_makes_them_worthless(scene: &mut Scene) -> Result<()> {
    for prefix in 0..LEVELLED {
        let mut talk = scene.conversation_elsewhere(prefix);
        talk.server.ttl = 251;
        scene.handshake(&mut talk)?;
    }
    let talk = asked(scene)?;
    // That destination's own TTL was another one.
    let forged = foreign(&talk);
    scene.see_end(&forged, Verdict::RstInjected)?;
    for prefix in LEVELLED..2 * LEVELLED {
        let mut talk = scene.conversation_elsewhere(prefix);
        talk.server.ttl = 251;
        scene.handshake(&mut talk)?;
    }
    let mut talk = scene.conversation();
    talk.server.ttl = 251;
    let talk = ask(scene, talk)?;
    scene.see_end(&foreign(&talk), Verdict::Reset)?;
    // And the next sequence finds an uplink that levels nothing.
    let talk = asked(scene)?;
    scene.see_end(&foreign(&talk), Verdict::RstInjected)
}

pub(crate) fn what_fails_in_the_wake_of_a_failure_is_no_trial(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    for (isn, trials, wait) in [(1, 1, 121_000), (2, 1, 60_000), (3, 2, 0)] {
        talk.reopen(isn, isn);
        talk = ask(scene, talk)?;
        scene.see_end(&foreign(&talk), Verdict::RstInjected)?;
        let counted = scene.count(Counter::Trial(Verdict::RstInjected));
        ensure!(counted == trials, "{counted} trials, not {trials}");
        scene.wait(wait);
    }
    Ok(())
}

pub(crate) fn a_flood_of_forged_resets_is_sampled_in_part(scene: &mut Scene) -> Result<()> {
    let before = scene.samples_lost();
    let mut talk = scene.conversation();
    scene.success(&mut talk)?;
    let (_, remote) = talk.ends();
    for local_port in 42_000..42_100 {
        let talk = scene.conversation_with((remote, 443).into(), local_port);
        scene.see(&talk.syn())?;
        scene.see(&talk.forged_reset(Look::FORGER))?;
    }
    let lost = scene.samples_lost() - before;
    ensure!(lost == 36, "{lost} samples of 100 were not wanted");
    Ok(())
}

/// A connection whose request should be answered by now.
fn asked(scene: &mut Scene) -> Result<Conversation> {
    let talk = scene.conversation();
    ask(scene, talk)
}

fn ask(scene: &mut Scene, mut talk: Conversation) -> Result<Conversation> {
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(300))?;
    scene.wait(ROUND_TRIP_MS);
    Ok(talk)
}

/// A reset that only its TTL gives away.
fn foreign(talk: &Conversation) -> Frame {
    talk.forged_reset(plain(talk.server).with_ttl(101))
}

/// The window that a closed socket has.
const fn plain(look: Look) -> Look {
    Look { window: 0, ..look }
}

fn marked(scene: &Scene, mark: Mark) -> Result<()> {
    ensure!(scene.marked(mark) > 0, "no {mark:?}");
    Ok(())
}
