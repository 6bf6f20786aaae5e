//! Data that comes with the SYN (RFC 7413).

use super::*;

/// The SYN with a request in it is out, and answered up to `ack`.
fn opened(ack: u32) -> Scene {
    let mut scene = Scene::new();
    assert_eq!(scene.client(ms(0), syn().payload(REQUEST_LEN)), None);
    assert_eq!(scene.stage(), Stage::PostSyn);
    assert_eq!(scene.server(RTT, syn_ack().ack(ack)), None);
    assert_eq!(scene.stage(), Stage::PostAck);
    scene
}

#[test]
fn data_that_the_server_accepted_is_answered_like_any_other() {
    let mut scene = opened(301);
    assert_eq!(scene.server(ms(41), response(RESPONSE_LEN).ack(301)), None);
    assert_eq!(scene.server(ms(42), server_fin().seq(1_001)), OK);
    assert!(scene.marks().is_empty());
}

#[test]
fn data_that_the_server_refused_leaves_once_more_and_is_the_first_then() {
    // RFC 7413 §4.1.3: the server acknowledges the SYN alone.
    let mut scene = opened(1);
    assert_eq!(scene.client(ms(41), request(REQUEST_LEN)), None);
    assert_eq!(scene.stage(), Stage::PostPsh);
    let answer = response(RESPONSE_LEN).ack(301);
    assert_eq!(scene.server(RESPONSE_AT, answer), None);
    assert_eq!(scene.server(ms(101), server_fin().seq(1_001)), OK);
}

#[test]
fn refused_data_that_is_never_answered_is_a_blackhole() {
    let mut scene = opened(1);
    for at in [41, 341, 941] {
        assert_eq!(scene.client(ms(at), request(REQUEST_LEN)), None);
    }
    let expected = judged(Verdict::DataBlackhole, Stage::PostPsh);
    assert_eq!(scene.client(ms(2_141), request(REQUEST_LEN)), expected);
}

#[test]
fn a_reset_too_soon_after_refused_data_that_left_again_is_forged() {
    let mut scene = opened(1);
    scene.client(ms(200), request(REQUEST_LEN));
    let reset = frames::reset().ack(301);
    assert_eq!(scene.server(ms(203), reset), injected(Stage::PostPsh));
}

#[test]
fn data_in_a_syn_does_not_make_its_answer_too_soon() {
    let mut scene = Scene::remembering(RTT);
    scene.client(ms(5_000), syn().payload(REQUEST_LEN));
    scene.server(ms(5_040), syn_ack().ack(301));
    let reset = scene.server(ms(5_041), frames::reset().ack(301));
    assert_eq!(reset, judged(Verdict::Reset, Stage::PostAck));
    assert!(scene.marks().is_empty());
}
