//! Connections that come along as they should.

use super::*;
use frames::{ACK, CWR, ECE, FIN, PSH, RST, SYN, client_fin};

#[test]
fn an_answer_alone_is_no_verdict_yet() {
    let mut scene = Scene::requested();
    let answer = scene.server(RESPONSE_AT, response(RESPONSE_LEN));
    assert_eq!(answer, None);
    assert_eq!(scene.flow.unwrap().answered, 1);
    assert_eq!(scene.stage(), Stage::LaterInFlow);
    // Where nothing more is seen of it, it worked.
    assert_eq!(scene.verdict(), Verdict::Ok);
}

#[test]
fn an_answered_connection_is_ok_once_whoever_closes_it() {
    for server_closes_first in [true, false] {
        let mut scene = Scene::settled();
        let (client, server) = (client_fin().seq(301), server_fin().seq(1_001));
        let (one, other) = if server_closes_first {
            let one = scene.server(ms(110), server);
            (one, scene.client(ms(111), client))
        } else {
            let one = scene.client(ms(110), client);
            (one, scene.server(ms(150), server))
        };
        assert_eq!((one, other), (OK, None));
        assert_eq!(scene.client(ms(200), request(0).flags(ACK).seq(302)), None);
        assert_eq!(scene.verdict(), Verdict::Ok);
    }
}

/// Bytes of one answer, in how many packets, and whether they prove the connection without its
/// end: both limits, since a freeze may count either.
const VOLUMES: [(u32, u32, bool); 5] = [
    (40_960, 40, false),
    (41_000, 50, true),
    (40_950, 50, false),
    (35_000, 50, false),
    (41_000, 10, false),
];

#[test]
fn an_answer_longer_than_any_freeze_is_ok_before_its_end() {
    for (bytes, packets, is_ok) in VOLUMES {
        let mut scene = Scene::requested();
        let len = bytes / packets;
        let mut outcome = None;
        for index in 0..packets {
            let at = ms(100 + u64::from(index));
            let next = response(len as usize).seq(1 + index * len).ack(301);
            outcome = outcome.or(scene.server(at, next));
        }
        assert_eq!(outcome, OK.filter(|_| is_ok), "{bytes} in {packets}");
        assert_eq!(scene.verdict(), Verdict::Ok);
    }
}

#[test]
fn a_server_that_speaks_first_has_answered() {
    let mut scene = Scene::answered();
    assert_eq!(scene.server(ms(60), response(80)), None);
    assert_eq!(scene.flow.unwrap().answered, 1);
    assert_eq!(scene.client(ms(70), request(20)), None);
    assert_eq!(scene.server(ms(110), response(20).seq(81)), None);
    assert_eq!(scene.client(ms(111), client_fin().seq(21)), OK);
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
    assert_eq!(scene.server(RESPONSE_AT, last), OK);
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
    scene.server(ms(90), response(20).seq(1 << 24));
    assert_eq!(scene.flow.unwrap().answered, 1);
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
const ANSWERS: [(u8, bool); 6] = [
    (SYN | ACK, true),
    (SYN | ACK | ECE, true),
    (SYN | ACK | PSH, true),
    (SYN | ACK | FIN, false),
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
