//! Resets with marks, and what the marks prove.

use super::*;
use crate::frames::{self, TcpFrame, refusal, reset};

const RTT: Nanos = Nanos::from_millis(40);
const SYN_AT: Nanos = Nanos::from_secs(1_000);
const DATA_AT: Nanos = Nanos::from_secs(1_001);

const NONE: Marks = Marks {
    too_soon: false,
    foreign_ttl: false,
    foreign_df: false,
    window: false,
};

/// A destination that answered with DF, in 40 milliseconds.
fn known() -> DestinationState {
    let mut destination = DestinationState::default();
    destination.answered(frames::SERVER_TTL, true, Some(RTT));
    destination
}

/// A connection that counts from zero on both sides and has 300 bytes of data out.
fn requested() -> FlowState {
    FlowState {
        syn_at: SYN_AT,
        data_at: DATA_AT,
        data_end: 301,
        phase: crate::flow::phase::DATA_SENT,
        server_ttl: frames::SERVER_TTL,
        server_df: 1,
        ..FlowState::default()
    }
}

/// The marks of a reset that comes a whole round trip after the data.
fn late_marks(reset: TcpFrame, destination: &DestinationState) -> Marks {
    marks_after(RTT, reset, destination)
}

fn marks_after(after: Nanos, reset: TcpFrame, destination: &DestinationState) -> Marks {
    marks_of(&requested(), after, reset, destination)
}

fn marks_of(
    flow: &FlowState,
    after: Nanos,
    reset: TcpFrame,
    destination: &DestinationState,
) -> Marks {
    let packet = reset.packet();
    Marks::of(
        &packet,
        packet.tcp().unwrap(),
        flow,
        destination,
        Nanos(DATA_AT.0 + after.0),
        &Tuning::DEFAULT,
    )
}

#[test]
fn the_destinations_own_reset_has_no_mark() {
    assert_eq!(late_marks(reset().ack(301), &known()), NONE);
}

#[test]
fn an_early_reset_is_too_soon() {
    let expected = Marks {
        too_soon: true,
        ..NONE
    };
    let half = Nanos(RTT.0 / 2 - 1);
    assert_eq!(marks_after(half, reset().ack(301), &known()), expected);
    let half = Nanos(RTT.0 / 2);
    assert_eq!(marks_after(half, reset().ack(301), &known()), NONE);
}

#[test]
fn a_clock_that_runs_backwards_is_no_time_at_all() {
    let packet = reset().ack(301).packet();
    let segment = packet.tcp().unwrap();
    let before = Nanos(DATA_AT.0 - 1);
    let marks = Marks::of(
        &packet,
        segment,
        &requested(),
        &known(),
        before,
        &Tuning::DEFAULT,
    );
    assert!(marks.too_soon);
}

#[test]
fn a_ttl_is_foreign_from_a_difference_of_two_on() {
    for ttl in 0..=u8::MAX {
        let expected = Marks {
            foreign_ttl: ![49, 50, 51].contains(&ttl),
            ..NONE
        };
        assert_eq!(late_marks(reset().ttl(ttl), &known()), expected, "{ttl}");
    }
}

#[test]
fn a_df_bit_that_differs_is_foreign_either_way() {
    let expected = Marks {
        foreign_df: true,
        ..NONE
    };
    assert_eq!(late_marks(reset().fragmentable(), &known()), expected);
    let without_df = FlowState {
        server_df: 0,
        ..requested()
    };
    assert_eq!(marks_of(&without_df, RTT, reset(), &known()), expected);
    let fragmentable = reset().fragmentable();
    assert_eq!(marks_of(&without_df, RTT, fragmentable, &known()), NONE);
}

#[test]
fn ipv6_has_no_df_bit_to_differ() {
    let client = "[2001:db8::1]:50000".parse().unwrap();
    let server = "[2001:db8:64::7]:443".parse().unwrap();
    let reset = TcpFrame {
        from: server,
        to: client,
        ..reset().fragmentable()
    };
    assert_eq!(late_marks(reset, &known()), NONE);
}

#[test]
fn any_window_is_a_mark() {
    let expected = Marks {
        window: true,
        ..NONE
    };
    for window in [1, 512, u16::MAX] {
        assert_eq!(late_marks(reset().window(window), &known()), expected);
    }
}

#[test]
fn only_a_window_can_be_seen_where_the_destination_never_answered() {
    let foreign = refusal().ttl(7).fragmentable().window(1);
    let asked = FlowState {
        syn_at: DATA_AT,
        ..FlowState::default()
    };
    let marks = marks_of(&asked, Nanos(0), foreign, &DestinationState::default());
    let expected = Marks {
        window: true,
        ..NONE
    };
    assert_eq!(marks, expected);
}

#[test]
fn a_refusal_is_timed_from_the_syn() {
    let flow = FlowState {
        syn_at: SYN_AT,
        ..FlowState::default()
    };
    let packet = refusal().packet();
    let segment = packet.tcp().unwrap();
    for (after, expected) in [(19_999_999, true), (20_000_000, false)] {
        let now = Nanos(SYN_AT.0 + after);
        let marks = Marks::of(&packet, segment, &flow, &known(), now, &Tuning::DEFAULT);
        assert_eq!(marks.too_soon, expected, "{after} ns");
    }
}

/// Every combination of marks (too soon, TTL, DF, window), and whether it is proof at `post_syn`,
/// `post_ack`, `post_psh` and `later_in_flow`.
const PROOFS: [([u8; 4], [u8; 4]); 16] = [
    ([0, 0, 0, 0], [0, 0, 0, 0]),
    ([0, 0, 0, 1], [0, 0, 0, 0]),
    ([0, 0, 1, 0], [0, 0, 0, 0]),
    ([0, 0, 1, 1], [0, 0, 0, 0]),
    ([0, 1, 0, 0], [0, 0, 1, 0]),
    ([0, 1, 0, 1], [1, 1, 1, 1]),
    ([0, 1, 1, 0], [1, 1, 1, 1]),
    ([0, 1, 1, 1], [1, 1, 1, 1]),
    ([1, 0, 0, 0], [1, 1, 1, 1]),
    ([1, 0, 0, 1], [1, 1, 1, 1]),
    ([1, 0, 1, 0], [1, 1, 1, 1]),
    ([1, 0, 1, 1], [1, 1, 1, 1]),
    ([1, 1, 0, 0], [1, 1, 1, 1]),
    ([1, 1, 0, 1], [1, 1, 1, 1]),
    ([1, 1, 1, 0], [1, 1, 1, 1]),
    ([1, 1, 1, 1], [1, 1, 1, 1]),
];

#[test]
fn these_marks_prove_and_no_others() {
    for (marks, proofs) in PROOFS {
        let [too_soon, foreign_ttl, foreign_df, window] = marks.map(|mark| mark != 0);
        let seen = Marks {
            too_soon,
            foreign_ttl,
            foreign_df,
            window,
        };
        let proved = Stage::ALL.map(|stage| u8::from(seen.prove(stage)));
        assert_eq!(proved, proofs, "{marks:?}");
    }
}
