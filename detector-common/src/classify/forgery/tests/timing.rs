//! Sooner than the server can have read what is answered.

use super::*;
use crate::frames::{ACK, PSH, RST};

const HALF: Nanos = Nanos(RTT.0 / 2);
const SOON: Nanos = Nanos(HALF.0 - 1);

fn is_too_soon(question: &Question, span: Nanos, frame: TcpFrame) -> bool {
    let marks = question.reset(span, frame);
    assert!(marks.without(only(Mark::TooSoon)).is_empty());
    marks.has(Mark::TooSoon)
}

#[test]
fn too_soon_is_less_than_half_a_round_trip_after_the_data() {
    let question = requested();
    assert!(is_too_soon(&question, Nanos(0), reset().ack(301)));
    assert!(is_too_soon(&question, SOON, reset().ack(301)));
    assert!(!is_too_soon(&question, HALF, reset().ack(301)));
}

#[test]
fn data_and_a_close_can_come_too_soon_as_well() {
    let question = requested();
    for frame in [response(500).ack(301), server_fin().ack(301)] {
        assert_eq!(question.speech(SOON, frame), only(Mark::TooSoon));
        assert_eq!(question.speech(HALF, frame), NONE);
    }
}

/// Acknowledgement numbers that follow 300 bytes, and whether they acknowledge any of them.
const ACKNOWLEDGED: [(u8, u32, bool); 8] = [
    (RST | ACK, 301, true),
    (RST | ACK, 2, true),
    (RST | ACK, 1, false),
    (RST | ACK, 0, false),
    (RST | ACK, 302, false),
    (RST | ACK, 1 << 31, false),
    (RST, 301, false),
    (RST | PSH, 301, false),
];

#[test]
fn only_what_acknowledges_the_data_answers_it() {
    for (flags, ack, expected) in ACKNOWLEDGED {
        let frame = reset().flags(flags).ack(ack);
        let name = (flags, ack);
        assert_eq!(is_too_soon(&requested(), SOON, frame), expected, "{name:?}");
    }
}

#[test]
fn later_data_has_a_time_of_its_own_and_an_old_byte_has_none() {
    let mut question = requested();
    question.flow.phase = phase::SETTLED;
    question.flow.newest_seq = 301;
    question.flow.client_next = 501;
    assert!(is_too_soon(&question, SOON, reset().ack(501)));
    assert!(is_too_soon(&question, SOON, reset().ack(302)));
    assert!(!is_too_soon(&question, SOON, reset().ack(301)));
    assert!(!is_too_soon(&question, HALF, reset().ack(501)));
}

#[test]
fn before_any_data_an_answer_is_timed_from_the_syn_which_was_answered_long_ago() {
    let mut question = requested();
    question.flow.phase = phase::ANSWERED;
    question.flow.sent_us = 0;
    question.flow.newest_seq = 0;
    question.flow.client_next = 1;
    assert!(!is_too_soon(&question, SOON, reset()));
}

#[test]
fn a_refusal_is_timed_from_the_syn() {
    for ack in [0, 1] {
        assert!(is_too_soon(&asked(), SOON, refusal().ack(ack)));
        assert!(!is_too_soon(&asked(), HALF, refusal().ack(ack)));
    }
}

#[test]
fn round_trips_below_ten_milliseconds_and_unknown_ones_prove_nothing() {
    for (rtt_us, expected) in [(0, false), (1, false), (9_999, false), (10_000, true)] {
        let mut question = requested();
        question.destination.min_rtt_us = rtt_us;
        let at_once = is_too_soon(&question, Nanos(0), reset().ack(301));
        assert_eq!(at_once, expected, "{rtt_us} us");
    }
}

#[test]
fn a_clock_that_runs_backwards_is_no_time_at_all() {
    let mut question = requested();
    question.flow.sent_us += 1;
    assert!(is_too_soon(&question, Nanos(0), reset().ack(301)));
}
