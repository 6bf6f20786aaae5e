//! Stages, verdicts and numbers of one connection.

use super::*;

/// Phases, and the stage that each stands for when a verdict met stage 2 before.
const STAGES: [(u8, Stage); 6] = [
    (phase::SYN_SENT, Stage::PostSyn),
    (phase::ANSWERED, Stage::PostAck),
    (phase::DATA_SENT, Stage::PostPsh),
    (phase::SETTLED, Stage::LaterInFlow),
    (phase::RESET, Stage::PostPsh),
    (phase::CLOSED, Stage::PostPsh),
];

#[test]
fn a_phase_has_a_stage_and_what_is_over_the_one_it_met() {
    for (phase, stage) in STAGES {
        let flow = FlowState {
            phase,
            stage: phase::DATA_SENT,
            ..FlowState::default()
        };
        assert_eq!(flow.stage(), stage, "phase {phase}");
    }
}

#[test]
fn a_verdict_keeps_the_stage_it_met() {
    for (phase, stage) in STAGES {
        for verdict in Verdict::ALL {
            let mut flow = FlowState {
                phase,
                stage: phase::DATA_SENT,
                ..FlowState::default()
            };
            flow.judge(verdict);
            flow.phase = phase::CLOSED;
            let conclusion = flow.conclude();
            assert_eq!(conclusion.verdict, verdict);
            assert_eq!(conclusion.stage, stage);
        }
    }
}

#[test]
fn without_a_verdict_an_answer_makes_the_difference() {
    let mut flow = FlowState::default();
    assert_eq!(flow.conclude().verdict, Verdict::Incomplete);
    flow.answered = 1;
    assert_eq!(flow.conclude().verdict, Verdict::Ok);
}

#[test]
fn only_a_measured_round_trip_is_told() {
    let mut flow = FlowState::default();
    assert_eq!(flow.conclude().rtt, None);
    flow.rtt_us = 1_500;
    assert_eq!(flow.conclude().rtt, Some(Nanos(1_500_000)));
}

#[test]
fn patience_is_ten_round_trips_and_never_less_than_its_floor() {
    let mut flow = FlowState::default();
    assert_eq!(flow.patience(Nanos::from_secs(1)), Nanos::from_secs(1));
    flow.rtt_us = 99_999;
    assert_eq!(flow.patience(Nanos::from_secs(1)), Nanos::from_secs(1));
    flow.rtt_us = 300_000;
    assert_eq!(flow.patience(Nanos::from_secs(1)), Nanos::from_secs(3));
}

#[test]
fn what_the_client_has_sent_may_span_the_wrap() {
    let flow = FlowState {
        client_isn: u32::MAX - 1,
        client_next: 10,
        ..FlowState::default()
    };
    for ack in [u32::MAX - 1, u32::MAX, 0, 10] {
        assert!(flow.has_sent(ack), "{ack}");
    }
    assert!(!flow.has_sent(11) && !flow.has_sent(u32::MAX - 2));
}

#[test]
fn bytes_in_leave_the_syn_out() {
    let mut flow = FlowState::default();
    assert_eq!(flow.bytes_in(), 0);
    flow.server_isn = u32::MAX;
    flow.server_next = 0;
    assert_eq!(flow.bytes_in(), 0);
    flow.server_next = 100;
    assert_eq!(flow.bytes_in(), 100);
}
