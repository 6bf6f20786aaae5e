//! Connections that are judged twice: an answer takes back what silence had said.

use super::*;
use crate::frames::{Unreachable, client_fin, reset};

/// The answer to a request that left at `at`, and the end.
fn answer_and_close(scene: &mut Scene, at: Nanos) -> Option<Judgement> {
    let answer = response(RESPONSE_LEN).ack(301);
    assert_eq!(scene.server(after(at, RTT), answer), None);
    assert_eq!(scene.verdict(), Verdict::Ok);
    scene.client(after(at, ms(41)), client_fin().seq(301))
}

#[test]
fn a_syn_that_timed_out_may_be_answered_after_all() {
    let mut scene = Scene::asked();
    scene.client(ms(1_000), syn());
    let timeout = judged(Verdict::SynTimeout, Stage::PostSyn);
    assert_eq!(scene.client(ms(3_000), syn()), timeout);
    assert_eq!(scene.verdict(), Verdict::SynTimeout);
    assert_eq!(scene.server(ms(3_040), syn_ack()), None);
    assert_eq!(scene.verdict(), Verdict::Incomplete);
    scene.client(ms(3_050), request(REQUEST_LEN));
    assert_eq!(answer_and_close(&mut scene, ms(3_050)), OK);
}

#[test]
fn a_syn_that_timed_out_may_be_refused_after_all() {
    let mut scene = Scene::asked();
    scene.client(ms(1_000), syn());
    scene.client(ms(3_000), syn());
    let refused = judged(Verdict::SynRefused, Stage::PostSyn);
    assert_eq!(scene.server(ms(3_040), frames::refusal()), refused);
}

#[test]
fn a_blackhole_may_be_answered_after_all() {
    let mut scene = Scene::requested();
    for at in [350, 950, 2_150] {
        scene.client(ms(at), request(REQUEST_LEN));
    }
    assert_eq!(scene.verdict(), Verdict::DataBlackhole);
    assert_eq!(answer_and_close(&mut scene, ms(2_200)), OK);
}

#[test]
fn a_cut_may_be_mended_after_all() {
    let mut scene = Scene::requested();
    scene.server(RESPONSE_AT, response(16_000).ack(301));
    scene.client(ms(200), request(200).seq(301).ack(16_001));
    for at in [6_000, 7_000] {
        scene.client(ms(at), request(200).seq(301).ack(16_001));
    }
    assert_eq!(scene.verdict(), Verdict::DataCutoff);
    assert_eq!(scene.server(ms(8_000), response(500).seq(16_001)), None);
    assert_eq!(scene.verdict(), Verdict::Ok);
    assert_eq!(scene.server(ms(8_001), server_fin().seq(16_501)), OK);
}

#[test]
fn an_icmp_error_may_be_answered_after_all() {
    let mut scene = Scene::requested();
    let local = syn().from.ip();
    let request = request(REQUEST_LEN).numbered(scene.client_isn, scene.server_isn);
    let error = Unreachable::code(13).about(&request.bytes(), local);

    let expected = judged(Verdict::IcmpUnreachable, Stage::PostPsh);
    assert_eq!(scene.see(ms(60), &error, Direction::In), expected);
    assert_eq!(answer_and_close(&mut scene, ms(60)), OK);
}

#[test]
fn a_reset_becomes_a_forged_one_when_the_peer_goes_on() {
    let mut scene = Scene::requested();
    let plain = judged(Verdict::Reset, Stage::PostPsh);
    assert_eq!(scene.server(ms(200), reset()), plain);
    assert_eq!(
        scene.server(ms(210), response(500)),
        injected(Stage::PostPsh)
    );
    assert_eq!(scene.verdict(), Verdict::RstInjected);
}

#[test]
fn a_judgement_of_silence_is_told_once() {
    let mut scene = Scene::requested();
    let mut told = 0;
    for at in [350, 950, 2_150, 4_550, 9_350, 18_950] {
        told += u32::from(scene.client(ms(at), request(REQUEST_LEN)).is_some());
    }
    assert_eq!(told, 1);
}
