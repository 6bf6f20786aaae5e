//! Handshakes that were captured out of order, and ends that cross.

use super::*;
use crate::frames::{ACK, SYN, client_ack, client_fin, reset};

/// The client's part of the handshake passed our hook before the server's.
fn overtaken() -> Scene {
    let mut scene = Scene::asked();
    assert_eq!(scene.client(RTT, client_ack(1)), None);
    assert_eq!(scene.stage(), Stage::PostAck);
    assert_eq!(scene.server(after(RTT, us(20)), syn_ack()), None);
    assert_eq!(scene.stage(), Stage::PostAck);
    scene
}

#[test]
fn an_overtaken_answer_teaches_the_servers_look_and_no_round_trip() {
    let scene = overtaken();
    assert!(scene.destination.has_answered());
    assert_eq!(scene.destination.ttl, frames::SERVER_TTL);
    assert_eq!(scene.destination.min_rtt(), None);
    assert_eq!(scene.flow.unwrap().server_ttl, frames::SERVER_TTL);
}

#[test]
fn a_connection_with_an_overtaken_answer_works_like_any_other() {
    let mut scene = overtaken();
    assert_eq!(scene.client(REQUEST_AT, request(REQUEST_LEN)), None);
    let answer = response(RESPONSE_LEN).ack(301);
    assert_eq!(scene.server(RESPONSE_AT, answer), None);
    assert_eq!(scene.client(ms(101), client_fin().seq(301)), OK);
}

#[test]
fn a_foreign_reset_after_an_overtaken_answer_is_known() {
    let mut scene = overtaken();
    scene.client(REQUEST_AT, request(REQUEST_LEN));
    let foreign = scene.server(ms(60), reset().ttl(120));
    assert_eq!(foreign, injected(Stage::PostPsh));
}

#[test]
fn a_request_that_overtook_the_answer_may_stay_unanswered() {
    let mut scene = Scene::asked();
    scene.client(RTT, request(REQUEST_LEN));
    scene.server(after(RTT, us(20)), syn_ack());
    for at in [340, 940] {
        assert_eq!(scene.client(ms(at), request(REQUEST_LEN)), None);
    }
    let expected = judged(Verdict::DataBlackhole, Stage::PostPsh);
    assert_eq!(scene.client(ms(2_140), request(REQUEST_LEN)), expected);
}

#[test]
fn both_ends_may_open_at_once() {
    let mut scene = Scene::asked();
    // RFC 9293 §3.5, figure 7.
    assert_eq!(scene.server(ms(20), syn_ack().flags(SYN).ack(0)), None);
    assert_eq!(scene.stage(), Stage::PostAck);
    assert_eq!(scene.client(ms(21), syn().flags(SYN | ACK).ack(1)), None);
    assert_eq!(scene.server(ms(40), syn_ack()), None);
    assert_eq!(scene.client(REQUEST_AT, request(REQUEST_LEN)), None);
    let answer = response(RESPONSE_LEN).ack(301);
    assert_eq!(scene.server(RESPONSE_AT, answer), None);
    assert_eq!(scene.server(ms(101), server_fin().seq(1_001)), OK);
    assert!(scene.marks().is_empty());
}

#[test]
fn a_crossing_syn_ends_the_silence() {
    let mut scene = Scene::asked();
    scene.client(ms(1_000), syn());
    scene.server(ms(1_020), syn_ack().flags(SYN).ack(0));
    scene.another_socket();
    assert_eq!(scene.client(ms(3_000), syn()), None);
}

#[test]
fn a_syn_ack_of_ours_is_nothing_that_is_judged() {
    let mut scene = Scene::requested();
    let before = scene.stage();
    assert_eq!(scene.client(ms(60), syn().flags(SYN | ACK).ack(1)), None);
    assert_eq!(scene.stage(), before);
}
