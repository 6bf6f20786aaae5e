//! What becomes of TCP connections, well or badly.

use anyhow::{Result, ensure};
use detector_common::{prefix::Counter, verdict::Verdict};
use detector_tests::frames::Look;

use crate::scene::{ROUND_TRIP_MS, Scene};

pub(crate) fn an_exchange_from_syn_to_fin(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.exchange(&mut talk)?;
    for frame in [talk.ack(), talk.response(1_448)] {
        scene.see_quiet(&frame)?;
    }
    scene.see_end(&talk.server_fin(), Verdict::Ok)?;
    for frame in [talk.client_fin(), talk.server_ack()] {
        scene.see_quiet(&frame)?;
    }
    Ok(())
}

pub(crate) fn the_third_unanswered_syn_three_seconds_after_the_first_is_a_timeout(
    scene: &mut Scene,
) -> Result<()> {
    let mut talk = scene.conversation();
    scene.exchange(&mut talk)?;
    talk.reopen(7, 8);
    scene.see_quiet(&talk.syn())?;
    scene.wait(1_000);
    scene.see_quiet(&talk.syn())?;
    scene.wait(2_000);
    scene.see_end(&talk.syn(), Verdict::SynTimeout)?;
    scene.wait(4_000);
    scene.see_quiet(&talk.syn())
}

pub(crate) fn new_sockets_of_an_impatient_app_count_like_retransmissions(
    scene: &mut Scene,
) -> Result<()> {
    let mut talk = scene.conversation();
    scene.exchange(&mut talk)?;
    let (_, remote) = talk.ends();
    for local_port in 41_000..41_003 {
        let socket = scene.conversation_with((remote, 443).into(), local_port);
        let judgement = scene.see(&socket.syn())?;
        ensure!(
            judgement.is_some() == (local_port == 41_002),
            "{judgement:?} at {local_port}"
        );
        scene.wait(1_500);
    }
    Ok(())
}

pub(crate) fn a_destination_that_never_answered_stays_a_candidate(scene: &mut Scene) -> Result<()> {
    let silent = scene.conversation();
    let mut neighbour = scene.conversation();
    scene.exchange(&mut neighbour)?;
    for _ in 0..3 {
        scene.see_quiet(&silent.syn())?;
        scene.wait(1_000);
    }
    scene.see_end(&silent.syn(), Verdict::SynTimeout)
}

pub(crate) fn a_syn_ack_contradicts_the_reset_before_it(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.see_quiet(&talk.syn())?;
    scene.wait(5);
    scene.see_end(&talk.forged_reset(Look::FORGER), Verdict::SynRefused)?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_end(&talk.syn_ack(), Verdict::RstInjected)?;
    scene.see_quiet(&talk.client_reset())
}

pub(crate) fn data_contradicts_the_reset_before_it(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(300))?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_end(&talk.server_reset(), Verdict::Reset)?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_end(&talk.response(1_000), Verdict::RstInjected)
}

pub(crate) fn a_reset_with_a_foreign_ttl_on_first_data_is_forged(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(300))?;
    scene.wait(ROUND_TRIP_MS);
    let forger = Look {
        window: 0,
        ..talk.server.with_ttl(40)
    };
    scene.see_end(&talk.forged_reset(forger), Verdict::RstInjected)?;
    scene.see_quiet(&talk.forged_reset(forger))?;
    scene.see_quiet(&talk.response(1_000))
}

pub(crate) fn a_reset_sooner_than_light_is_forged(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(300))?;
    scene.wait(ROUND_TRIP_MS / 2 - 1);
    scene.see_end(&talk.server_reset(), Verdict::RstInjected)
}

pub(crate) fn a_refusal_by_the_destination_is_none_of_the_paths(scene: &mut Scene) -> Result<()> {
    let talk = scene.conversation();
    scene.see_quiet(&talk.syn())?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_end(&talk.server_reset(), Verdict::SynRefused)
}

pub(crate) fn a_reset_after_the_clients_fin_means_nothing(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(300))?;
    scene.see_quiet(&talk.client_fin())?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_quiet(&talk.forged_reset(Look::FORGER))
}

pub(crate) fn a_reset_half_a_minute_later_proves_nothing(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.exchange(&mut talk)?;
    scene.wait(31_000);
    scene.see_end(&talk.forged_reset(Look::FORGER), Verdict::Reset)
}

pub(crate) fn a_refused_syn_that_windows_repeats_may_be_answered(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.see_quiet(&talk.syn())?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_end(&talk.server_reset(), Verdict::SynRefused)?;
    scene.wait(500);
    scene.see_quiet(&talk.syn())?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_quiet(&talk.syn_ack())?;
    scene.see_quiet(&talk.request(300))?;
    scene.see_quiet(&talk.response(1_000))
}

pub(crate) fn a_client_may_abort_at_any_stage(scene: &mut Scene) -> Result<()> {
    let early = scene.conversation();
    scene.see_quiet(&early.syn())?;
    scene.see_end(&early.client_reset(), Verdict::ClientAborted)?;
    let mut waiting = scene.conversation();
    scene.handshake(&mut waiting)?;
    scene.see_end(&waiting.client_reset(), Verdict::ClientAborted)?;
    let mut served = scene.conversation();
    scene.exchange(&mut served)?;
    scene.see_end(&served.client_reset(), Verdict::Ok)
}

pub(crate) fn a_port_used_again_is_a_new_connection(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.exchange(&mut talk)?;
    scene.wait(10_000);
    // Both near the end of the number space, so that it wraps within the connection.
    talk.reopen(u32::MAX - 100, u32::MAX - 100);
    scene.exchange(&mut talk)?;
    // The first began before its prefix was tracked.
    let connections = scene.count(Counter::Connections);
    ensure!(connections == 1, "{connections} connections");
    Ok(())
}

pub(crate) fn an_outcome_counts_once_in_two_minutes(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    for (isn, wait, trials) in [(1, 60_000, 1), (2, 60_000, 1), (3, 0, 2)] {
        talk.reopen(isn, isn);
        scene.success(&mut talk)?;
        let counted = scene.count(Counter::Trial(Verdict::Ok));
        ensure!(counted == trials, "{counted} trials, not {trials}");
        scene.wait(wait);
    }
    Ok(())
}

pub(crate) fn time_may_go_backwards_between_cpus(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.see_quiet(&talk.syn())?;
    scene.now.0 -= 1_000;
    scene.see_quiet(&talk.syn_ack())?;
    scene.see_quiet(&talk.request(300))?;
    scene.now.0 -= 1_000;
    scene.see_quiet(&talk.response(10))?;
    scene.now.0 -= 1_000;
    scene.see_end(&talk.server_fin(), Verdict::Ok)
}
