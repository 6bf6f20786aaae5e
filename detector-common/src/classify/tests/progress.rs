//! Connections that come along as they should.

use super::*;
use frames::{ACK, CWR, ECE, FIN, PSH, RST, SYN, client_fin, server_fin};

#[test]
fn a_request_that_is_answered_is_ok_once() {
    let mut scene = Scene::requested();
    let first = scene.server(RESPONSE_AT, response(RESPONSE_LEN));
    assert_eq!(first, judged(Verdict::Ok, Stage::PostPsh));
    for at in [101, 102, 5_000, 40_000] {
        assert_eq!(
            scene.server(ms(at), response(RESPONSE_LEN).seq(1_001)),
            None
        );
        assert_eq!(scene.client(ms(at), request(REQUEST_LEN).seq(301)), None);
    }
    assert_eq!(scene.stage(), Stage::LaterInFlow);
}

#[test]
fn a_server_that_speaks_first_is_ok_before_any_client_data() {
    let mut scene = Scene::answered();
    let greeting = scene.server(ms(60), response(80));
    assert_eq!(greeting, judged(Verdict::Ok, Stage::PostAck));
    assert_eq!(scene.client(ms(70), request(20)), None);
    assert_eq!(scene.server(ms(110), response(20).seq(81)), None);
}

#[test]
fn the_end_of_the_handshake_is_no_data() {
    let mut scene = Scene::answered();
    assert_eq!(scene.client(ms(41), request(0).flags(ACK)), None);
    assert_eq!(scene.stage(), Stage::PostAck);
    assert_eq!(scene.client(ms(42), client_fin()), None);
    assert_eq!(scene.stage(), Stage::PostAck);
}

#[test]
fn an_acknowledgement_without_data_is_no_success() {
    let mut scene = Scene::requested();
    assert_eq!(scene.server(ms(90), response(0).flags(ACK).ack(301)), None);
    assert_eq!(scene.stage(), Stage::PostPsh);
}

#[test]
fn a_close_without_data_is_no_success() {
    for stage in [Stage::PostAck, Stage::PostPsh] {
        let mut scene = Scene::at(stage);
        assert_eq!(scene.server(ms(90), server_fin()), None);
        assert_eq!(scene.stage(), stage);
    }
}

#[test]
fn a_close_with_the_last_data_is_ok() {
    let mut scene = Scene::requested();
    let last = response(RESPONSE_LEN).flags(PSH | ACK | FIN);
    assert_eq!(
        scene.server(RESPONSE_AT, last),
        judged(Verdict::Ok, Stage::PostPsh)
    );
}

#[test]
fn data_of_a_server_that_accepted_nothing_is_no_success() {
    let mut scene = Scene::numbered(1_000, 0);
    scene.client(ms(0), syn());
    assert_eq!(scene.server(ms(40), response(RESPONSE_LEN)), None);
    assert_eq!(scene.stage(), Stage::PostSyn);
}

#[test]
fn data_far_from_the_servers_numbers_is_not_the_servers() {
    for seq in [u32::MAX, 1 << 31, (1 << 24) + 1] {
        let mut scene = Scene::requested();
        assert_eq!(scene.server(ms(90), response(20).seq(seq)), None, "{seq}");
        assert_eq!(scene.stage(), Stage::PostPsh);
    }
    let mut scene = Scene::requested();
    let farthest = scene.server(ms(90), response(20).seq(1 << 24));
    assert_eq!(farthest, judged(Verdict::Ok, Stage::PostPsh));
}

/// Control bits, and whether they open a connection.
const OPENERS: [(u8, bool); 9] = [
    (SYN, true),
    // ECN (RFC 3168 §6.1.1), and one bit alone.
    (SYN | ECE | CWR, true),
    (SYN | ECE, true),
    (SYN | PSH, true),
    (SYN | ACK, false),
    (SYN | FIN, false),
    (SYN | RST, false),
    (ACK, false),
    (0, false),
];

#[test]
fn a_syn_is_a_syn_with_or_without_ecn() {
    for (flags, opens) in OPENERS {
        let mut scene = Scene::new();
        scene.client(ms(0), syn().flags(flags));
        assert_eq!(scene.destination.silent_syns != 0, opens, "{flags:#04x}");
    }
}

/// Control bits, and whether they answer a SYN.
const ANSWERS: [(u8, bool); 7] = [
    (SYN | ACK, true),
    (SYN | ACK | ECE, true),
    (SYN | ACK | PSH, true),
    (SYN | ACK | FIN, false),
    (SYN, false),
    (ACK, false),
    (FIN | ACK, false),
];

#[test]
fn a_syn_ack_is_a_syn_ack_with_or_without_ecn() {
    for (flags, answers) in ANSWERS {
        let mut scene = Scene::asked();
        assert_eq!(scene.server(RTT, syn_ack().flags(flags)), None);
        let expected = if answers {
            Stage::PostAck
        } else {
            Stage::PostSyn
        };
        assert_eq!(scene.stage(), expected, "{flags:#04x}");
    }
}

#[test]
fn the_answer_teaches_ttl_df_and_round_trip() {
    let mut scene = Scene::asked();
    scene.server(RTT, syn_ack().ttl(113).fragmentable());
    let destination = scene.destination;
    assert!(destination.has_answered());
    assert_eq!((destination.ttl, destination.dont_fragment), (113, 0));
    assert_eq!(destination.min_rtt(), Some(RTT));
}

#[test]
fn an_answer_to_another_syn_is_ignored() {
    for ack in [0, 2, u32::MAX] {
        let mut scene = Scene::asked();
        assert_eq!(scene.server(RTT, syn_ack().ack(ack)), None);
        assert_eq!(scene.stage(), Stage::PostSyn, "ack {ack}");
        assert!(!scene.destination.has_answered(), "ack {ack}");
    }
}

#[test]
fn a_repeated_answer_measures_no_round_trip() {
    let mut scene = Scene::answered();
    assert_eq!(scene.server(ms(1_040), syn_ack()), None);
    assert_eq!(scene.stage(), Stage::PostAck);
    assert_eq!(scene.destination.min_rtt(), Some(RTT));
}

#[test]
fn a_syn_sent_again_measures_no_round_trip() {
    let mut scene = Scene::asked();
    scene.client(ms(1_000), syn());
    // Whichever of the two it answers: Karn (RFC 6298 §3).
    assert_eq!(scene.server(ms(1_001), syn_ack()), None);
    assert_eq!(scene.stage(), Stage::PostAck);
    assert_eq!(scene.destination.min_rtt(), None);
}

#[test]
fn a_syn_with_data_whose_data_is_refused_is_answered_like_any_other() {
    let mut scene = Scene::new();
    // TCP Fast Open (RFC 7413 §4.1.3): the server acknowledges the SYN alone.
    assert_eq!(scene.client(ms(0), syn().payload(REQUEST_LEN)), None);
    assert_eq!(scene.stage(), Stage::PostSyn);
    assert_eq!(scene.server(RTT, syn_ack()), None);
    assert_eq!(scene.stage(), Stage::PostAck);
    assert_eq!(scene.client(ms(41), request(REQUEST_LEN)), None);
    let ok = judged(Verdict::Ok, Stage::PostPsh);
    assert_eq!(scene.server(RESPONSE_AT, response(RESPONSE_LEN)), ok);
}
