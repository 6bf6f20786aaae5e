//! Resets that come sooner than the destination can have sent them.

use super::*;
use crate::frames::{ACK, RST, refusal, reset};

#[test]
fn a_reset_sooner_than_half_a_round_trip_after_the_data_it_acknowledges_is_forged() {
    for (after, is_forged) in [(us(1), true), (us(19_999), true), (ms(20), false)] {
        let mut scene = Scene::requested();
        let at = Nanos(REQUEST_AT.0 + after.0);
        let verdict = if is_forged {
            Verdict::RstInjected
        } else {
            Verdict::Reset
        };
        assert_eq!(
            scene.server(at, reset().ack(301)),
            judged(verdict, Stage::PostPsh),
            "{after:?}"
        );
    }
}

/// Acknowledgement numbers of a reset that follows 300 bytes of data at once, and its verdict.
const ACKNOWLEDGED: [(&str, u8, u32, Verdict); 7] = [
    ("all", RST | ACK, 301, Verdict::RstInjected),
    ("the first byte", RST | ACK, 2, Verdict::RstInjected),
    ("the SYN alone", RST | ACK, 1, Verdict::Reset),
    ("not even the SYN", RST | ACK, 0, Verdict::Reset),
    ("more than was sent", RST | ACK, 302, Verdict::Reset),
    ("half the numbers away", RST | ACK, 1 << 31, Verdict::Reset),
    ("nothing, without the bit", RST, 301, Verdict::Reset),
];

#[test]
fn only_a_reset_that_acknowledges_the_data_can_come_too_soon() {
    for (name, flags, ack, verdict) in ACKNOWLEDGED {
        let mut scene = Scene::requested();
        let reset = reset().flags(flags).ack(ack);
        let expected = judged(verdict, Stage::PostPsh);
        assert_eq!(scene.server(ms(51), reset), expected, "{name}");
    }
}

#[test]
fn the_time_runs_from_the_first_data_that_was_sent() {
    let mut scene = Scene::requested();
    // The data is sent again shortly before the answer to the first copy arrives.
    scene.client(ms(85), request(REQUEST_LEN));
    let expected = judged(Verdict::Reset, Stage::PostPsh);
    assert_eq!(scene.server(ms(90), reset().ack(301)), expected);
}

#[test]
fn nothing_comes_too_soon_before_data_was_sent_or_after_it_was_answered() {
    for stage in [Stage::PostAck, Stage::LaterInFlow] {
        let mut scene = Scene::at(stage);
        let expected = judged(Verdict::Reset, stage);
        assert_eq!(scene.server(ms(101), reset().ack(301)), expected);
    }
}

/// A remembered round trip, the time from SYN to reset, and what that is.
const REFUSALS: [(Nanos, Nanos, Verdict); 7] = [
    (ms(40), us(100), Verdict::RstInjected),
    (ms(40), us(19_999), Verdict::RstInjected),
    (ms(40), ms(20), Verdict::SynRefused),
    (ms(40), ms(40), Verdict::SynRefused),
    (ms(10), us(4_999), Verdict::RstInjected),
    (us(9_999), us(100), Verdict::SynRefused),
    (us(200), us(50), Verdict::SynRefused),
];

#[test]
fn a_refusal_sooner_than_half_the_remembered_round_trip_is_forged() {
    for (rtt, after, verdict) in REFUSALS {
        let mut scene = Scene::remembering(rtt);
        scene.client(ms(5_000), syn());
        let at = Nanos(ms(5_000).0 + after.0);
        let expected = judged(verdict, Stage::PostSyn);
        let outcome = scene.server(at, refusal());
        assert_eq!(outcome, expected, "{after:?} of {rtt:?}");
    }
}

#[test]
fn a_short_round_trip_proves_nothing() {
    let mut scene = Scene::asked();
    scene.server(ms(9), syn_ack());
    scene.client(ms(10), request(REQUEST_LEN));
    let expected = judged(Verdict::Reset, Stage::PostPsh);
    assert_eq!(scene.server(us(10_001), reset().ack(301)), expected);
}

#[test]
fn without_a_round_trip_nothing_comes_too_soon() {
    let mut scene = Scene::asked();
    scene.client(ms(1_000), syn());
    scene.server(ms(1_040), syn_ack());
    scene.client(ms(1_050), request(REQUEST_LEN));
    let expected = judged(Verdict::Reset, Stage::PostPsh);
    assert_eq!(scene.server(ms(1_051), reset().ack(301)), expected);
}

#[test]
fn a_refusal_of_a_syn_sent_again_is_timed_from_the_first() {
    let mut scene = Scene::remembering(RTT);
    scene.client(ms(5_000), syn());
    scene.client(ms(6_000), syn());
    let expected = judged(Verdict::SynRefused, Stage::PostSyn);
    assert_eq!(scene.server(ms(6_001), refusal()), expected);
}

#[test]
fn a_refusal_with_the_syns_own_number_can_come_too_soon() {
    let mut scene = Scene::remembering(RTT);
    scene.client(ms(5_000), syn());
    let outcome = scene.server(ms(5_003), refusal().ack(0));
    assert_eq!(outcome, injected(Stage::PostSyn));
}

/// A hello of two segments, the second a while after the first.
fn hello_of_two() -> Scene {
    let mut scene = Scene::answered();
    scene.client(ms(50), request(1_448));
    scene.client(ms(80), request(380).seq(1_449));
    scene
}

/// When a reset follows a hello of two segments that left at 50 and 80 ms, what it acknowledges,
/// and its verdict.
const HELLOS: [(u64, u32, Verdict); 4] = [
    (83, 1_829, Verdict::RstInjected),
    (83, 1_450, Verdict::RstInjected),
    (83, 1_449, Verdict::Reset),
    (100, 1_829, Verdict::Reset),
];

#[test]
fn a_hello_of_two_segments_is_timed_by_the_second() {
    for (at, ack, verdict) in HELLOS {
        let outcome = hello_of_two().server(ms(at), reset().ack(ack));
        assert_eq!(outcome, judged(verdict, Stage::PostPsh), "{at} ms, {ack}");
    }
}

#[test]
fn later_data_has_a_time_of_its_own() {
    for (at, verdict) in [(203, Verdict::RstInjected), (220, Verdict::Reset)] {
        let mut scene = Scene::settled();
        scene.client(ms(200), request(200).seq(301).ack(1_001));
        let reset = reset().seq(1_001).ack(501);
        let expected = judged(verdict, Stage::LaterInFlow);
        assert_eq!(scene.server(ms(at), reset), expected, "{at} ms");
    }
}

#[test]
fn an_old_byte_may_be_acknowledged_at_any_time() {
    let mut scene = Scene::settled();
    scene.client(ms(200), request(200).seq(301).ack(1_001));
    let expected = judged(Verdict::Reset, Stage::LaterInFlow);
    let reset = reset().seq(1_001).ack(301);
    assert_eq!(scene.server(ms(201), reset), expected);
}

#[test]
fn every_byte_of_a_super_segment_left_at_once() {
    for ack in [2, 1_461, 30_000, 60_001] {
        let mut scene = Scene::answered();
        scene.client(REQUEST_AT, request(60_000));
        let outcome = scene.server(ms(53), reset().ack(ack));
        assert_eq!(outcome, injected(Stage::PostPsh), "{ack}");
    }
}

#[test]
fn the_smallest_round_trip_of_the_destination_counts_and_not_that_of_this_connection() {
    for (at, verdict) in [(5_309, Verdict::RstInjected), (5_310, Verdict::Reset)] {
        let mut scene = Scene::remembering(ms(20));
        scene.client(ms(5_000), syn());
        // This handshake was slow.
        scene.server(ms(5_200), syn_ack());
        scene.client(ms(5_300), request(REQUEST_LEN));
        let outcome = scene.server(ms(at), reset().ack(301));
        assert_eq!(outcome, judged(verdict, Stage::PostPsh), "{at} ms");
    }
}
