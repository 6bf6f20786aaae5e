//! Edges that are easily got wrong.

use super::*;
use crate::frames::{FIN, PSH, SYN, abort, refusal, reset};

#[test]
fn a_syn_with_data_is_answered_with_all_of_it() {
    let mut scene = Scene::new();
    scene.client(ms(0), syn().payload(300));
    // RFC 7413 §4.2: the server that accepts the data acknowledges it.
    scene.server(RTT, syn_ack().ack(301));
    assert!(scene.destination.has_answered());
    assert_eq!(scene.stage(), Stage::PostAck);
}

#[test]
fn answered_syns_with_data_are_no_timeout() {
    let mut scene = Scene::new();
    for at in [0, 1_500, 3_000] {
        scene.another_socket();
        assert_eq!(scene.client(ms(at), syn().payload(300)), None, "at {at}");
        scene.server(ms(at + 40), syn_ack().ack(301));
    }
}

#[test]
fn a_syn_with_data_is_refused_with_all_of_it() {
    let mut scene = Scene::new();
    scene.client(ms(0), syn().payload(300));
    // RFC 9293 §3.5.2: a reset to a SYN acknowledges SEQ + LEN.
    let refused = judged(Verdict::SynRefused, Stage::PostSyn);
    assert_eq!(scene.server(RTT, refusal().ack(301)), refused);
}

#[test]
fn what_acknowledges_nothing_is_dropped_by_its_receiver_and_says_nothing() {
    // Nothing, FIN, SYN and FIN, data.
    for flags in [0, FIN, SYN | FIN, PSH] {
        let mut scene = Scene::asked();
        assert_eq!(scene.client(ms(1), request(0).flags(flags)), None);
        assert!(!scene.destination.has_answered());
        assert_eq!(scene.stage(), Stage::PostSyn, "{flags:#x}");

        let mut scene = Scene::requested();
        let reset = scene.server(ms(200), reset());
        assert_eq!(reset, judged(Verdict::Reset, Stage::PostPsh));
        let data = response(100).ack(301).flags(flags);
        assert_eq!(scene.server(ms(300), data), None, "{flags:#x}");
    }
}

#[test]
fn the_ttl_of_another_backend_is_not_foreign_to_this_connection() {
    let mut scene = Scene::requested();
    let (flow, isn) = (scene.flow, (scene.client_isn, scene.server_isn));
    // Meanwhile the balancer gives a second connection to a machine with another TTL.
    scene.another_socket();
    scene.client(ms(60), syn());
    scene.server(ms(100), syn_ack().ttl(113));
    scene.flow = flow;
    (scene.client_isn, scene.server_isn) = isn;
    // The first machine resets with the TTL that its SYN-ACK had.
    let reset = scene.server(ms(200), reset());
    assert_eq!(reset, judged(Verdict::Reset, Stage::PostPsh));
}

#[test]
fn a_syn_is_no_timeout_before_it_could_be_answered() {
    let mut scene = Scene::settled();
    // One lost SYN of an app that gives up within a second ...
    scene.another_socket();
    scene.client(ms(10_000), syn());
    // ... and two parallel connections later on, both of which would be answered in 40 ms.
    scene.another_socket();
    assert_eq!(scene.client(ms(20_000), syn()), None);
    scene.another_socket();
    assert_eq!(scene.client(ms(20_001), syn()), None);
}

#[test]
fn a_connection_that_comes_up_after_a_half_open_one_was_reset_is_ok() {
    let mut scene = Scene::asked();
    // RFC 9293 §3.5.1: the old peer answers with an old ACK, the client resets and asks again.
    scene.client(ms(41), abort());
    scene.client(ms(1_000), syn());
    scene.server(ms(1_040), syn_ack());
    scene.client(ms(1_041), request(300));
    assert_eq!(scene.server(ms(1_080), response(500)), None);
    assert_eq!(scene.server(ms(1_081), server_fin().seq(501)), OK);
}

#[test]
fn a_forged_refusal_stays_one_whatever_the_server_answers_later() {
    let mut scene = Scene::remembering(RTT);
    scene.client(ms(5_000), syn());
    assert_eq!(scene.server(ms(5_003), refusal()), injected(Stage::PostSyn));
    assert_eq!(scene.client(ms(5_500), syn()), None);
    assert_eq!(scene.server(ms(5_540), syn_ack()), None);
    scene.client(ms(5_541), request(300));
    assert_eq!(scene.server(ms(5_580), response(500)), None);
    assert_eq!(scene.server(ms(5_581), server_fin().seq(501)), None);
    assert_eq!(scene.verdict(), Verdict::RstInjected);
}
