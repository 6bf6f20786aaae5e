//! Numbers that no host would choose.

use super::*;
use crate::frames::{ACK, RST};

const fn ms(millis: u64) -> Nanos {
    Nanos::from_millis(millis)
}

/// What a second reset bears, a while after the first.
fn second(gap: Nanos, frame: TcpFrame) -> Marks {
    once_reset().reset(Nanos(RTT.0 + gap.0), frame)
}

#[test]
fn a_second_reset_ahead_of_the_first_and_of_the_server_is_played() {
    for (ahead, is_played) in [
        (0, false),
        (1, false),
        (2, false),
        (3, true),
        // Clayton 2006, and Weaver 2009 of Sandvine.
        (1_460, true),
        (4_380, true),
        (12_503, true),
        (i32::MAX as u32, true),
        (u32::MAX, false),
    ] {
        let marks = second(ms(1), reset().seq(ahead.wrapping_add(1)).ack(301));
        let expected = if is_played {
            only(Mark::SequencePlay)
        } else {
            NONE
        };
        assert_eq!(marks, expected, "{ahead}");
    }
}

#[test]
fn a_second_reset_that_goes_to_where_the_server_was_is_the_servers() {
    let mut question = once_reset();
    question.flow.server_next = 20_000;
    for (seq, is_played) in [(20_000, false), (20_002, false), (20_003, true)] {
        let marks = question.late_reset(reset().seq(seq).ack(301));
        assert_eq!(marks.has(Mark::SequencePlay), is_played, "{seq}");
    }
}

/// Acknowledgement numbers of a second reset, where the first had 301 and 300 bytes were sent.
const ACKS: [(u8, u32, bool); 6] = [
    (RST | ACK, 301, false),
    (RST | ACK, 1, false),
    (RST | ACK, 0, false),
    (RST | ACK, 302, true),
    (RST | ACK, u32::MAX, true),
    // "RST, RST with number zero": nothing is acknowledged.
    (RST, 0, false),
];

#[test]
fn a_second_reset_that_acknowledges_what_was_never_sent_is_played() {
    for (flags, ack, is_played) in ACKS {
        let marks = second(ms(1), reset().flags(flags).ack(ack));
        assert_eq!(marks.has(Mark::SequencePlay), is_played, "{ack}");
    }
}

#[test]
fn a_first_reset_is_no_game_whatever_its_numbers() {
    for (seq, ack) in [(1_461, 301), (12_504, 301), (1, 302)] {
        let marks = requested().late_reset(reset().seq(seq).ack(ack));
        assert_eq!(marks, NONE, "{seq} {ack}");
    }
}

#[test]
fn resets_more_than_two_seconds_apart_are_no_game() {
    let played = reset().seq(1_461).ack(301);
    assert_eq!(second(ms(2_000), played), only(Mark::SequencePlay));
    assert_eq!(second(ms(2_001), played), NONE);
}

/// Sequence number and window of an answer to a SYN, and whether it was made of a SYN-ACK.
const REWRITTEN: [(u32, u16, bool); 4] = [
    (0, 0, false),
    (0, 512, false),
    (77, 0, false),
    (77, 512, true),
];

#[test]
fn an_answer_to_a_syn_that_keeps_the_numbers_of_a_syn_ack_was_rewritten() {
    for (seq, window, is_rewritten) in REWRITTEN {
        let frame = refusal().seq(seq).window(window);
        let marks = asked().late_reset(frame);
        assert_eq!(
            marks.has(Mark::SequencePlay),
            is_rewritten,
            "{seq} {window}"
        );
        let mut stranger = asked();
        stranger.destination = DestinationState::default();
        assert!(!stranger.late_reset(frame).has(Mark::SequencePlay));
    }
}

#[test]
fn the_third_reset_alike_within_two_seconds_is_a_triple() {
    let mut question = once_reset();
    let alike = reset().ack(301);
    assert_eq!(question.late_reset(alike), NONE);
    question.flow.resets = 2;
    assert_eq!(question.late_reset(alike), only(Mark::TripleReset));
    assert_eq!(question.late_reset(alike.seq(2)), NONE);
    assert_eq!(question.late_reset(alike.ack(300)), NONE);
    let late = Nanos(RTT.0 + ms(2_001).0);
    assert_eq!(question.reset(late, alike), NONE);
}
