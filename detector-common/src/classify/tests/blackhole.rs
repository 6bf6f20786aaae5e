//! First data that is never answered.

use super::*;
use crate::frames::{ACK, client_ack, client_fin, reset, server_ack};

const DEAF: Option<Judgement> = judged(Verdict::DataBlackhole, Stage::PostPsh);
/// When Linux sends a request again that left at 50 ms.
const RETRANSMISSIONS: [u64; 5] = [300, 800, 1_800, 3_800, 7_800];

/// The first judgement of a client that sends its request again and again, and when.
fn insist(scene: &mut Scene, again: TcpFrame) -> Option<(u64, Verdict)> {
    RETRANSMISSIONS.into_iter().find_map(|at| {
        let judgement = scene.client(ms(at), again)?;
        Some((at, judgement.verdict))
    })
}

const BLACKHOLE: Option<(u64, Verdict)> = Some((1_800, Verdict::DataBlackhole));

#[test]
fn a_request_sent_again_twice_and_a_second_unanswered_is_a_blackhole() {
    let mut scene = Scene::requested();
    assert_eq!(insist(&mut scene, request(REQUEST_LEN)), BLACKHOLE);
    assert_eq!(scene.stage(), Stage::PostPsh);
}

/// When a request that left at 50 ms is sent again, and whether the last time is a judgement.
const RESENDS: [(&str, &[u64], bool); 8] = [
    ("once", &[2_000], false),
    ("twice", &[1_000, 2_000], true),
    ("twice within a second", &[300, 1_049], false),
    ("twice and a second gone", &[300, 1_050], true),
    ("copies of the first packet", &[51, 60, 149], false),
    (
        "a copy of what was sent again",
        &[2_000, 2_001, 2_099],
        false,
    ),
    (
        "a tail loss probe and its timeout",
        &[130, 250, 1_100],
        true,
    ),
    (
        "a burst, a timer later",
        &[1_500, 1_501, 1_502, 1_599],
        false,
    ),
];

#[test]
fn copies_within_a_tenth_of_a_second_are_nothing_sent_again() {
    for (name, times, is_deaf) in RESENDS {
        let mut scene = Scene::requested();
        let mut last = None;
        for at in times {
            last = scene.client(ms(*at), request(REQUEST_LEN));
        }
        assert_eq!(last, DEAF.filter(|_| is_deaf), "{name}");
    }
}

#[test]
fn a_long_way_is_given_ten_round_trips() {
    for (last, expected) in [(us(3_309_999), None), (ms(3_310), DEAF)] {
        let mut scene = Scene::asked();
        scene.server(ms(300), syn_ack());
        scene.client(ms(310), request(REQUEST_LEN));
        assert_eq!(scene.client(ms(1_000), request(REQUEST_LEN)), None);
        assert_eq!(scene.client(ms(2_000), request(REQUEST_LEN)), None);
        let outcome = scene.client(last, request(REQUEST_LEN));
        assert_eq!(outcome, expected, "{last:?}");
    }
}

#[test]
fn an_acknowledged_first_segment_is_no_answer() {
    let mut scene = Scene::answered();
    let rest = request(380).seq(1_449);
    scene.client(ms(50), request(1_448).flags(ACK));
    scene.client(ms(50), rest);
    assert_eq!(scene.server(ms(90), server_ack(1_449)), None);
    assert_eq!(insist(&mut scene, rest), BLACKHOLE);
}

#[test]
fn a_close_of_the_server_without_data_is_no_answer() {
    // Alive but deaf: it waits for the request, and gives up after 15 s.
    let mut scene = Scene::requested();
    assert_eq!(scene.client(ms(300), request(REQUEST_LEN)), None);
    assert_eq!(scene.server(ms(500), server_fin().ack(1)), None);
    assert_eq!(scene.client(ms(501), client_ack(2).seq(301)), None);
    assert_eq!(scene.client(ms(1_800), request(REQUEST_LEN)), DEAF);
}

#[test]
fn a_reset_of_a_server_that_heard_nothing_is_no_answer() {
    for (reset, verdict) in [
        (reset().ack(1), Verdict::DataBlackhole),
        (reset().ack(301), Verdict::Reset),
    ] {
        let mut scene = Scene::requested();
        scene.client(ms(500), request(REQUEST_LEN));
        assert_eq!(scene.client(ms(1_800), request(REQUEST_LEN)), DEAF);
        scene.server(ms(15_000), reset);
        assert_eq!(scene.verdict(), verdict);
    }
}

#[test]
fn a_server_that_heard_all_and_closes_without_a_word_is_not_deaf() {
    let mut scene = Scene::requested();
    assert_eq!(scene.server(ms(500), server_fin().ack(301)), None);
    for at in [1_800, 2_400, 3_600] {
        assert_eq!(scene.client(ms(at), request(REQUEST_LEN)), None);
    }
    let conclusion = scene.flow.unwrap().conclude();
    assert_eq!(conclusion.verdict, Verdict::Incomplete);
    assert_eq!(conclusion.stage, Stage::PostPsh);
}

#[test]
fn a_close_that_is_sent_again_is_data_sent_again() {
    let mut scene = Scene::requested();
    assert_eq!(scene.client(ms(500), client_fin().seq(301)), None);
    assert_eq!(scene.client(ms(800), client_fin().seq(301)), None);
    assert_eq!(scene.client(ms(1_800), client_fin().seq(301)), DEAF);
}

#[test]
fn keep_alives_are_nothing_sent_again() {
    for len in [0, 1] {
        let mut scene = Scene::requested();
        // RFC 9293 §3.8.4: the last byte, or nothing, one number back.
        let probe = client_ack(1).seq(300).payload(len);
        for at in [1_000, 2_000, 3_000, 10_000] {
            assert_eq!(scene.client(ms(at), probe), None, "{len} bytes");
        }
    }
}

#[test]
fn mere_acknowledgements_are_nothing_sent_again() {
    let mut scene = Scene::requested();
    for at in [1_000, 2_000, 3_000] {
        assert_eq!(scene.client(ms(at), client_ack(1).seq(301)), None);
    }
}

#[test]
fn where_no_syn_ack_was_seen_nothing_is_deaf() {
    let mut scene = Scene::asked();
    scene.client(RTT, client_ack(1));
    scene.client(REQUEST_AT, request(REQUEST_LEN));
    assert_eq!(insist(&mut scene, request(REQUEST_LEN)), None);
}

#[test]
fn an_answered_request_that_is_sent_again_is_no_blackhole() {
    let mut scene = Scene::settled();
    assert_eq!(insist(&mut scene, request(REQUEST_LEN)), None);
    assert_eq!(scene.verdict(), Verdict::Ok);
}

#[test]
fn a_super_segment_that_is_sent_again_counts_once() {
    let mut scene = Scene::answered();
    scene.client(REQUEST_AT, request(6_000));
    // In pieces, as the stack chooses.
    for (at, seq, len) in [(300, 1, 1_460), (300, 1_461, 2_920), (301, 4_381, 1_620)] {
        assert_eq!(scene.client(ms(at), request(len).seq(seq)), None);
    }
    assert_eq!(scene.client(ms(1_200), request(6_000)), DEAF);
}

#[test]
#[cfg_attr(miri, ignore = "so much data takes minutes")]
fn an_upload_that_moves_on_over_a_lossy_line_is_no_blackhole() {
    let mut scene = Scene::answered();
    let mut seq = 1;
    for round in 0..40 {
        let at = 50 + 100 * round;
        assert_eq!(scene.client(ms(at), request(14_600).seq(seq)), None);
        scene.server(ms(at + 40), server_ack(seq));
        // Each round one segment is lost, and sent again after the others.
        let lost = request(1_460).seq(seq);
        assert_eq!(scene.client(ms(at + 99), lost), None, "round {round}");
        seq += 14_600;
    }
    for round in 0..10 {
        let at = 5_000 + 400 * round;
        assert_eq!(scene.client(ms(at), request(14_600).seq(seq)), None);
        scene.server(ms(at + 40), server_ack(seq));
        let lost = request(1_460).seq(seq);
        assert_eq!(scene.client(ms(at + 200), lost), None, "slow round {round}");
        seq += 14_600;
    }
}
