//! The client's own resets.

use super::*;
use crate::frames::{abort, refusal, reset};

#[test]
fn a_client_that_resets_before_any_answer_to_its_data_aborted() {
    for stage in [Stage::PostSyn, Stage::PostAck, Stage::PostPsh] {
        let mut scene = Scene::at(stage);
        let expected = judged(Verdict::ClientAborted, stage);
        assert_eq!(scene.client(ms(60), abort()), expected);
        assert_eq!(scene.client(ms(61), abort()), None);
    }
}

#[test]
fn a_client_that_resets_after_an_answer_ends_a_connection_that_worked() {
    let mut scene = Scene::settled();
    assert_eq!(scene.client(ms(200), abort()), OK);
    assert_eq!(scene.client(ms(201), abort()), None);
    assert_eq!(scene.server(ms(210), reset().ttl(99).window(1)), None);
}

#[test]
fn nothing_is_learnt_after_the_clients_reset() {
    let mut scene = Scene::requested();
    scene.client(ms(60), abort());
    assert_eq!(scene.server(RESPONSE_AT, response(RESPONSE_LEN)), None);
    assert_eq!(scene.server(ms(101), reset().ttl(99).window(1)), None);
}

#[test]
fn a_client_that_resets_after_a_reset_aborted_nothing() {
    for stage in [Stage::PostAck, Stage::PostPsh, Stage::LaterInFlow] {
        let mut scene = Scene::at(stage);
        assert!(scene.server(ms(200), reset()).is_some());
        assert_eq!(scene.client(ms(201), abort()), None);
        // The reset is still to be contradicted.
        assert_eq!(scene.server(ms(210), response(20)), injected(stage));
    }
}

#[test]
fn a_client_that_resets_what_answers_its_refused_syn_aborted_nothing() {
    let mut scene = Scene::asked();
    assert!(scene.server(ms(30), refusal()).is_some());
    assert_eq!(scene.client(ms(31), abort()), None);
    assert_eq!(scene.server(ms(60), syn_ack()), injected(Stage::PostSyn));
}
