//! Answers that break off after some kilobytes or packets.

use super::*;
use crate::frames::{ACK, abort, client_ack, server_ack};

const CUT: Option<Judgement> = judged(Verdict::DataCutoff, Stage::LaterInFlow);

/// An answer of so many full segments, acknowledged one by one; the last one comes at 200 ms.
/// Whether its sender had more to say shows in the PSH bit of the last, and in its length.
fn answered_by(segments: u32, is_complete: bool) -> Scene {
    let mut scene = Scene::requested();
    for index in 0..segments {
        let seq = 1 + index * 1_400;
        let is_last = index + 1 == segments;
        let flags = if is_last && is_complete {
            frames::PSH | ACK
        } else {
            ACK
        };
        let len = if is_last && is_complete { 900 } else { 1_400 };
        let segment = response(len).seq(seq).ack(301).flags(flags);
        let at = if is_last { ms(200) } else { ms(100) };
        assert_eq!(scene.server(at, segment), None);
        assert_eq!(scene.client(at, acknowledgement(&scene)), None);
    }
    scene
}

/// What the client acknowledges of that answer.
fn acknowledgement(scene: &Scene) -> TcpFrame {
    client_ack(1 + scene.flow.unwrap().bytes_in()).seq(301)
}

fn close(scene: &Scene) -> TcpFrame {
    TcpFrame {
        flags: frames::FIN | ACK,
        ..acknowledgement(scene)
    }
}

/// Segments of an answer that breaks off, and whether freezes happen there: from 8,000 bytes or 15
/// packets on; behind 40,960 bytes and 40 packets it has proved itself (see `progress`). Each segment makes two packets, beside the four of
/// the handshake and the request; the close is one more.
const PLACES: [(u32, bool); 6] = [
    (1, false),
    (4, false),
    (6, true),
    (12, true),
    (25, true),
    (29, true),
];

#[test]
fn a_close_that_is_not_answered_after_a_silence_tells_a_cut() {
    for (segments, is_cut) in PLACES {
        let mut scene = answered_by(segments, false);
        let close = close(&scene);
        if !is_cut {
            assert_eq!(scene.client(ms(10_000), close), OK, "{segments}");
            continue;
        }
        assert_eq!(scene.client(ms(10_000), close), None, "{segments}");
        assert_eq!(scene.client(ms(10_300), close), None, "{segments}");
        assert_eq!(scene.client(ms(10_900), close), CUT, "{segments}");
        assert_eq!(scene.client(ms(12_100), close), None, "{segments}");
    }
}

#[test]
fn an_idle_connection_that_is_closed_worked() {
    // A keep-alive connection: the answer was complete, and the client closes a minute later. What
    // lies between may have forgotten it, so that nobody answers.
    let mut scene = answered_by(12, true);
    let close = close(&scene);
    assert_eq!(scene.client(ms(60_000), close), OK);
    for at in [60_300, 60_900, 62_100] {
        assert_eq!(scene.client(ms(at), close), None);
    }
    assert_eq!(scene.verdict(), Verdict::Ok);
}

#[test]
fn a_flight_that_ends_with_a_full_segment_is_seldom_the_end() {
    // Linux pushes every other segment, and the end of the first flight.
    let mut scene = answered_by(10, false);
    let last = response(1_400).seq(1 + 10 * 1_400).ack(301);
    scene.server(ms(200), last.flags(frames::PSH | ACK));
    let close = close(&scene);
    for (at, expected) in [(8_000, None), (8_250, None), (8_500, CUT)] {
        assert_eq!(scene.client(ms(at), close), expected, "{at}");
    }
}

#[test]
fn a_reset_after_a_full_segment_that_was_pushed_is_no_proof_of_a_cut() {
    let mut scene = answered_by(10, false);
    let last = response(1_400).seq(1 + 10 * 1_400).ack(301);
    scene.server(ms(200), last.flags(frames::PSH | ACK));
    assert_eq!(scene.client(ms(8_000), abort()), OK);
}

#[test]
fn a_slow_server_whose_client_lost_patience_answers_the_close() {
    for answer in [server_ack(302), server_fin().ack(302)] {
        let mut scene = answered_by(12, false);
        let close = close(&scene);
        assert_eq!(scene.client(ms(60_000), close), None);
        let answer = answer.seq(1 + 12 * 1_400);
        assert_eq!(scene.server(ms(60_040), answer), OK);
    }
}

#[test]
fn a_close_whose_answer_was_lost_once_is_answered_the_second_time() {
    let mut scene = answered_by(12, false);
    let close = close(&scene);
    assert_eq!(scene.client(ms(60_000), close), None);
    assert_eq!(scene.client(ms(60_300), close), None);
    let answer = server_ack(302).seq(1 + 12 * 1_400);
    assert_eq!(scene.server(ms(60_340), answer), OK);
}

#[test]
fn copies_of_a_close_are_no_close_sent_again() {
    let mut scene = answered_by(12, false);
    let close = close(&scene);
    for at in [60_000, 60_001, 60_040, 60_099] {
        assert_eq!(scene.client(ms(at), close), None, "{at}");
    }
}

#[test]
fn a_close_at_once_is_a_good_end_wherever_it_comes() {
    for segments in [1, 12, 25] {
        for at in [201, 1_000, 5_199] {
            let mut scene = answered_by(segments, false);
            let close = close(&scene);
            assert_eq!(scene.client(ms(at), close), OK, "{segments} at {at}");
        }
    }
}

/// Whether an answer was complete, how long it was silent, and what a reset of the client says.
const ABORTS: [(bool, u64, Option<Judgement>); 4] = [
    (false, 5_200, CUT),
    (false, 5_199, OK),
    (true, 5_200, OK),
    (true, 60_000, OK),
];

#[test]
fn a_client_that_resets_amid_a_silent_answer_was_cut_off() {
    for (is_complete, at, expected) in ABORTS {
        let mut scene = answered_by(12, is_complete);
        let abort = abort().seq(301);
        assert_eq!(scene.client(ms(at), abort), expected, "{is_complete} {at}");
    }
}

#[test]
fn a_client_that_resets_where_no_freeze_happens_was_not_cut_off() {
    for segments in [1, 4] {
        let mut scene = answered_by(segments, false);
        let abort = abort().seq(301);
        assert_eq!(scene.client(ms(30_000), abort), OK, "{segments}");
    }
}

#[test]
fn a_further_request_that_meets_silence_tells_a_cut() {
    let mut scene = answered_by(12, true);
    let further = request(200).seq(301).ack(16_801);
    assert_eq!(scene.client(ms(1_000), further), None);
    assert_eq!(scene.client(ms(1_300), further), None);
    // Twice, and still within five seconds.
    assert_eq!(scene.client(ms(2_500), further), None);
    assert_eq!(scene.client(ms(5_199), further), None);
    assert_eq!(scene.client(ms(5_500), further), CUT);
}

#[test]
fn a_further_request_that_is_acknowledged_is_not_cut_off() {
    let mut scene = answered_by(12, true);
    let further = request(200).seq(301).ack(16_801);
    assert_eq!(scene.client(ms(1_000), further), None);
    for at in [7_000, 14_000, 21_000] {
        assert_eq!(scene.client(ms(at), further), None);
        let ack = server_ack(501).seq(16_801);
        assert_eq!(scene.server(ms(at + 40), ack), None);
    }
    assert_eq!(scene.verdict(), Verdict::Ok);
}

#[test]
fn a_further_request_where_no_freeze_happens_is_not_cut_off() {
    for segments in [1, 4] {
        let mut scene = answered_by(segments, true);
        let further = request(200).seq(301);
        for at in [7_000, 8_000, 10_000, 14_000] {
            assert_eq!(scene.client(ms(at), further), None, "{segments}");
        }
    }
}

#[test]
fn a_silence_is_at_least_ten_round_trips() {
    for (at, expected) in [(ms(8_999), OK), (ms(9_000), CUT)] {
        let mut scene = Scene::asked();
        scene.server(ms(800), syn_ack());
        scene.client(ms(810), request(REQUEST_LEN));
        scene.server(ms(1_000), response(16_000).ack(301).flags(ACK));
        assert_eq!(scene.client(at, abort().seq(301)), expected, "{at:?}");
    }
}

#[test]
fn keep_alives_of_an_idle_connection_tell_no_cut() {
    let mut scene = answered_by(12, true);
    let probe = client_ack(16_801).seq(300);
    for at in [15_000, 16_000, 17_000, 18_000] {
        assert_eq!(scene.client(ms(at), probe), None);
    }
    assert_eq!(scene.verdict(), Verdict::Ok);
}

#[test]
fn segments_joined_on_reception_count_as_what_they_were() {
    let mut scene = Scene::requested();
    scene.server(RESPONSE_AT, response(14_600).ack(301));
    // SYN, SYN-ACK, request, and ten segments.
    assert_eq!(scene.flow.unwrap().packets, 13);
}
