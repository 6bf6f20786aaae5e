//! Connections that fall silent, and how their clients show it.

use anyhow::{Result, ensure};
use detector_common::{prefix::Counter, verdict::Verdict};
use detector_tests::frames::Conversation;

use crate::scene::{ROUND_TRIP_MS, Scene};

pub(crate) fn data_that_is_never_answered_is_a_blackhole(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(300))?;
    deafness(scene, &talk, 300)
}

pub(crate) fn the_first_segment_of_a_blackholed_hello_may_be_acknowledged(
    scene: &mut Scene,
) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(1_448))?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_quiet(&talk.server_ack())?;
    scene.see_quiet(&talk.request(200))?;
    deafness(scene, &talk, 200)
}

pub(crate) fn a_late_answer_takes_a_blackhole_back(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(300))?;
    deafness(scene, &talk, 300)?;
    scene.wait(400);
    scene.see_quiet(&talk.response(1_000))?;
    scene.see_end(&talk.server_fin(), Verdict::Ok)?;
    for verdict in [Verdict::DataBlackhole, Verdict::Ok] {
        let counted = scene.count(Counter::Trial(verdict));
        ensure!(counted == 1, "{counted} trials of {verdict:?}");
    }
    Ok(())
}

/// A copy of the capture, or one burst.
pub(crate) fn what_is_sent_again_at_once_counts_for_nothing(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(300))?;
    scene.see_quiet(&talk.request_again(300))?;
    scene.wait(1_500);
    for _ in 0..5 {
        scene.see_quiet(&talk.request_again(300))?;
    }
    Ok(())
}

pub(crate) fn an_answer_that_breaks_off_is_a_cutoff_by_what_is_sent_again(
    scene: &mut Scene,
) -> Result<()> {
    let mut talk = scene.conversation();
    broken_answer(scene, &mut talk)?;
    scene.see_quiet(&talk.request(200))?;
    scene.wait(5_000);
    scene.see_quiet(&talk.request_again(200))?;
    scene.wait(400);
    scene.see_end(&talk.request_again(200), Verdict::DataCutoff)?;
    cut_off_once(scene)?;
    scene.wait(400);
    scene.see_quiet(&talk.response(1_000))?;
    scene.see_end(&talk.server_fin(), Verdict::Ok)
}

pub(crate) fn a_fin_that_stays_unanswered_is_a_cutoff(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    broken_answer(scene, &mut talk)?;
    scene.wait(5_000);
    scene.see_quiet(&talk.client_fin())?;
    scene.wait(300);
    scene.see_quiet(&talk.client_fin_again())?;
    scene.wait(600);
    scene.see_end(&talk.client_fin_again(), Verdict::DataCutoff)?;
    cut_off_once(scene)
}

pub(crate) fn a_fin_that_is_answered_ends_a_long_pause_well(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    broken_answer(scene, &mut talk)?;
    scene.wait(5_000);
    scene.see_quiet(&talk.client_fin())?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_end(&talk.server_ack(), Verdict::Ok)
}

pub(crate) fn a_client_that_resets_amid_a_silent_answer_was_cut_off(
    scene: &mut Scene,
) -> Result<()> {
    let mut talk = scene.conversation();
    broken_answer(scene, &mut talk)?;
    scene.wait(5_000);
    scene.see_end(&talk.client_reset(), Verdict::DataCutoff)?;
    cut_off_once(scene)
}

pub(crate) fn a_client_that_resets_after_a_whole_answer_was_served(
    scene: &mut Scene,
) -> Result<()> {
    let mut talk = scene.conversation();
    broken_answer(scene, &mut talk)?;
    scene.see_quiet(&talk.response(100))?;
    scene.wait(5_000);
    scene.see_end(&talk.client_reset(), Verdict::Ok)
}

/// Beyond the places where freezes happen.
pub(crate) fn a_long_answer_proves_itself(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(300))?;
    let mut ends = Vec::new();
    for _ in 0..30 {
        ends.extend(scene.see(&talk.response_part(3_000))?);
    }
    let verdicts: Vec<Verdict> = ends.into_iter().map(|end| end.verdict).collect();
    ensure!(verdicts == [Verdict::Ok], "{verdicts:?}");
    Ok(())
}

/// The answers take another way: what is never seen is not missing.
pub(crate) fn one_way_visibility_shows_no_silence(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.see_quiet(&talk.syn())?;
    scene.wait(ROUND_TRIP_MS);
    let _unseen = talk.syn_ack();
    scene.see_quiet(&talk.ack())?;
    scene.see_quiet(&talk.request(300))?;
    for _ in 0..5 {
        scene.wait(1_000);
        scene.see_quiet(&talk.request_again(300))?;
    }
    scene.see_end(&talk.client_reset(), Verdict::ClientAborted)?;

    let mut heard_only = scene.conversation();
    let _unseen = (heard_only.syn(), heard_only.request(300));
    scene.see_quiet(&heard_only.syn_ack())?;
    scene.see_quiet(&heard_only.response(1_000))?;
    scene.see_quiet(&heard_only.server_reset())
}

/// The client sends its latest bytes again until that is telling.
fn deafness(scene: &mut Scene, talk: &Conversation, len: u16) -> Result<()> {
    scene.wait(300);
    scene.see_quiet(&talk.request_again(len))?;
    scene.wait(800);
    scene.see_end(&talk.request_again(len), Verdict::DataBlackhole)?;
    scene.wait(1_600);
    scene.see_quiet(&talk.request_again(len))
}

/// Some nine kilobytes, of which the last is not the end.
fn broken_answer(scene: &mut Scene, talk: &mut Conversation) -> Result<()> {
    scene.handshake(talk)?;
    scene.see_quiet(&talk.request(300))?;
    scene.wait(ROUND_TRIP_MS);
    for _ in 0..6 {
        scene.see_quiet(&talk.response_part(1_448))?;
    }
    Ok(())
}

fn cut_off_once(scene: &Scene) -> Result<()> {
    let counted = scene.count(Counter::Trial(Verdict::DataCutoff));
    ensure!(counted == 1, "{counted} trials");
    Ok(())
}
