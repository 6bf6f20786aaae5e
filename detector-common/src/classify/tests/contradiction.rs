//! The peer goes on after "its" reset: somebody else sent that.

use super::*;
use crate::frames::{client_ack, refusal, server_ack};

/// A scene at `stage` with a reset at 200 ms that has no mark.
fn reset_at_200_ms(stage: Stage) -> Scene {
    let mut scene = Scene::at(stage);
    let verdict = scene.server(ms(200), frames::reset());
    assert_eq!(verdict, judged(Verdict::Reset, stage));
    scene
}

const ESTABLISHED: [Stage; 3] = [Stage::PostAck, Stage::PostPsh, Stage::LaterInFlow];

#[test]
fn data_after_a_reset_proves_it_forged_at_the_stage_it_met() {
    for stage in ESTABLISHED {
        let mut scene = reset_at_200_ms(stage);
        let next = response(RESPONSE_LEN).seq(1_001);
        assert_eq!(scene.server(ms(210), next), injected(stage), "{stage:?}");
    }
}

#[test]
fn a_close_after_a_reset_proves_it_forged() {
    for stage in ESTABLISHED {
        let mut scene = reset_at_200_ms(stage);
        assert_eq!(scene.server(ms(210), server_fin()), injected(stage));
    }
}

#[test]
fn a_contradiction_is_told_once() {
    let mut scene = reset_at_200_ms(Stage::PostPsh);
    assert_eq!(
        scene.server(ms(210), response(500)),
        injected(Stage::PostPsh)
    );
    assert_eq!(scene.server(ms(211), response(500).seq(501)), None);
    assert_eq!(scene.server(ms(212), frames::reset()), None);
}

#[test]
fn an_acknowledgement_alone_contradicts_as_well() {
    for stage in ESTABLISHED {
        let mut scene = reset_at_200_ms(stage);
        assert_eq!(scene.server(ms(210), server_ack(1)), injected(stage));
        assert_eq!(scene.marks(), marks(&[Mark::Contradiction]));
    }
}

#[test]
fn data_far_from_the_servers_numbers_contradicts_nothing() {
    let mut scene = reset_at_200_ms(Stage::PostPsh);
    assert_eq!(scene.server(ms(210), response(20).seq(1 << 30)), None);
}

#[test]
fn what_the_client_sends_contradicts_nothing() {
    let mut scene = reset_at_200_ms(Stage::PostPsh);
    assert_eq!(scene.client(ms(210), request(REQUEST_LEN)), None);
    assert_eq!(scene.client(ms(220), client_ack(1)), None);
    assert_eq!(scene.verdict(), Verdict::Reset);
}

/// Time from a reset to what contradicts it, at a round trip of 40 ms, and whether it counts.
const GAPS: [(Nanos, bool); 6] = [
    (us(5), false),
    (us(1_000), false),
    (us(3_999), false),
    (us(4_000), true),
    (ms(3_000), true),
    (us(3_000_001), false),
];

#[test]
fn data_contradicts_from_a_tenth_of_the_round_trip_on_for_three_seconds() {
    for (gap, contradicts) in GAPS {
        let mut scene = reset_at_200_ms(Stage::PostPsh);
        let at = Nanos(ms(200).0 + gap.0);
        let expected = injected(Stage::PostPsh).filter(|_| contradicts);
        assert_eq!(scene.server(at, response(500)), expected, "{gap:?}");
        assert_eq!(scene.bears(Mark::Contradiction), contradicts, "{gap:?}");
    }
}

#[test]
fn a_mere_acknowledgement_contradicts_within_the_same_time() {
    for (gap, contradicts) in GAPS {
        let mut scene = reset_at_200_ms(Stage::PostPsh);
        let at = Nanos(ms(200).0 + gap.0);
        let expected = injected(Stage::PostPsh).filter(|_| contradicts);
        assert_eq!(scene.server(at, server_ack(301)), expected, "{gap:?}");
    }
}

#[test]
fn a_syn_ack_contradicts_a_refusal_from_a_tenth_of_the_round_trip_on_for_three_seconds() {
    for (gap, contradicts) in GAPS {
        let mut scene = Scene::remembering(RTT);
        scene.client(ms(5_000), syn());
        assert!(scene.server(ms(5_030), refusal()).is_some());
        let at = Nanos(ms(5_030).0 + gap.0);
        let expected = injected(Stage::PostSyn).filter(|_| contradicts);
        assert_eq!(scene.server(at, syn_ack()), expected, "{gap:?}");
        assert_eq!(scene.bears(Mark::SynAckAfterReset), contradicts, "{gap:?}");
    }
}

/// Time from a refusal to a SYN-ACK where no round trip is known, and whether it counts.
const UNMEASURED_GAPS: [(Nanos, bool); 4] = [
    (us(15), false),
    (us(999), false),
    (us(1_000), true),
    (ms(3_000), true),
];

#[test]
fn a_syn_ack_contradicts_a_refusal_from_a_millisecond_on_where_no_round_trip_is_known() {
    for (gap, contradicts) in UNMEASURED_GAPS {
        let mut scene = Scene::asked();
        let refused = judged(Verdict::SynRefused, Stage::PostSyn);
        assert_eq!(scene.server(ms(30), refusal()), refused);
        let at = Nanos(ms(30).0 + gap.0);
        let expected = injected(Stage::PostSyn).filter(|_| contradicts);
        assert_eq!(scene.server(at, syn_ack()), expected, "{gap:?}");
    }
}

#[test]
fn a_syn_ack_for_another_syn_contradicts_nothing() {
    let mut scene = Scene::asked();
    scene.server(ms(30), refusal());
    assert_eq!(scene.server(ms(60), syn_ack().ack(2)), None);
}

#[test]
fn data_contradicts_no_refusal() {
    // From zero, because no SYN-ACK told where the server's numbers begin.
    let mut scene = Scene::numbered(1_000, 0);
    scene.client(ms(0), syn());
    assert!(scene.server(ms(30), refusal()).is_some());
    assert_eq!(scene.server(ms(60), response(500)), None);
}

#[test]
fn a_syn_ack_contradicts_no_later_reset() {
    let mut scene = reset_at_200_ms(Stage::PostAck);
    assert_eq!(scene.server(ms(1_040), syn_ack()), None);
}

#[test]
fn a_refused_syn_that_was_sent_again_may_be_answered() {
    let mut scene = Scene::asked();
    scene.server(ms(30), refusal());
    // Windows, with the same number half a second later; the port has opened meanwhile.
    assert_eq!(scene.client(ms(530), syn()), None);
    assert_eq!(scene.server(ms(560), syn_ack()), None);
    assert_eq!(scene.stage(), Stage::PostAck);
    assert_eq!(scene.destination.min_rtt(), None);
    assert_eq!(scene.client(ms(570), request(REQUEST_LEN)), None);
    assert_eq!(scene.server(ms(600), response(RESPONSE_LEN)), None);
    assert_eq!(scene.server(ms(601), server_fin().seq(1_001)), OK);
}

#[test]
fn a_refused_syn_that_was_sent_again_may_be_refused_again() {
    let mut scene = Scene::asked();
    let refused = judged(Verdict::SynRefused, Stage::PostSyn);
    assert_eq!(scene.server(ms(30), refusal()), refused);
    assert_eq!(scene.client(ms(530), syn()), None);
    assert_eq!(scene.server(ms(560), refusal()), refused);
}
