//! Connections of which only the client's packets pass here: answers take another way.

use super::*;
use crate::frames::{abort, client_ack, client_fin};

/// The client's half of a connection that works.
fn asked_and_acknowledged() -> Scene {
    let mut scene = Scene::asked();
    assert_eq!(scene.client(RTT, client_ack(1)), None);
    assert_eq!(scene.client(REQUEST_AT, request(REQUEST_LEN)), None);
    scene
}

#[test]
fn half_a_connection_is_incomplete() {
    let mut scene = asked_and_acknowledged();
    assert_eq!(scene.client(ms(100), client_ack(1_001).seq(301)), None);
    assert_eq!(scene.client(ms(200), client_fin().seq(301)), None);
    assert_eq!(scene.verdict(), Verdict::Incomplete);
}

#[test]
fn what_is_sent_again_is_not_held_against_a_server_that_is_not_seen() {
    let mut scene = asked_and_acknowledged();
    for at in [350, 950, 2_150, 4_550, 9_350, 20_000] {
        assert_eq!(scene.client(ms(at), request(REQUEST_LEN)), None);
    }
    assert_eq!(scene.client(ms(30_000), client_fin().seq(301)), None);
    assert_eq!(scene.client(ms(31_000), client_fin().seq(301)), None);
    assert_eq!(scene.client(ms(33_000), client_fin().seq(301)), None);
    assert_eq!(scene.verdict(), Verdict::Incomplete);
}

#[test]
fn the_clients_acknowledgement_tells_that_its_syn_was_answered() {
    let mut scene = Scene::asked();
    for at in [1_000, 2_000, 3_000, 4_000] {
        assert_eq!(scene.client(ms(at + 40), client_ack(1)), None);
        scene.another_socket();
        assert_eq!(scene.client(ms(at), syn()), None, "{at}");
    }
}

#[test]
fn half_a_connection_that_its_client_resets_was_aborted() {
    let mut scene = asked_and_acknowledged();
    let aborted = judged(Verdict::ClientAborted, Stage::PostPsh);
    assert_eq!(scene.client(ms(100), abort().seq(301)), aborted);
}

#[test]
fn a_server_that_never_hears_of_the_client_is_not_accused_either() {
    // What comes in without the SYN-ACK is ignored until our side acknowledges something.
    let mut scene = Scene::asked();
    for at in [40, 1_040, 3_040] {
        assert_eq!(scene.server(ms(at), response(RESPONSE_LEN)), None);
        assert_eq!(scene.server(ms(at), server_fin()), None);
    }
    assert_eq!(scene.verdict(), Verdict::Incomplete);
}
