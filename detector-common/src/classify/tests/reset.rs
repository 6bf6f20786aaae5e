//! Resets of connections that stood.

use super::*;
use crate::frames::{RST, abort, client_fin, reset};

const ESTABLISHED: [Stage; 3] = [Stage::PostAck, Stage::PostPsh, Stage::LaterInFlow];

#[test]
fn a_reset_without_a_mark_is_a_reset() {
    for stage in ESTABLISHED {
        let mut scene = Scene::at(stage);
        let expected = judged(Verdict::Reset, stage);
        assert_eq!(scene.server(ms(200), reset()), expected);
        assert_eq!(scene.stage(), stage);
    }
}

#[test]
fn a_reset_is_told_once() {
    let mut scene = Scene::requested();
    assert!(scene.server(ms(200), reset()).is_some());
    for at in [201, 202, 203] {
        assert_eq!(scene.server(ms(at), reset()), None);
    }
    assert_eq!(scene.verdict(), Verdict::Reset);
}

#[test]
fn a_reset_that_nothing_proved_is_forged_once_a_later_one_is_proved() {
    let mut scene = Scene::requested();
    assert!(scene.server(ms(200), reset()).is_some());
    let foreign = reset().ttl(250).window(1);
    assert_eq!(scene.server(ms(202), foreign), injected(Stage::PostPsh));
    assert_eq!(scene.server(ms(203), foreign), None);
}

/// A reset that has marks, and the stages where it is proved forged.
const MARKS: [(&str, TcpFrame, &[Stage]); 8] = [
    ("a TTL one lower", reset().ttl(49), &[]),
    ("a TTL one higher", reset().ttl(51), &[]),
    ("a TTL two lower", reset().ttl(48), &[Stage::PostPsh]),
    ("a TTL two higher", reset().ttl(52), &[Stage::PostPsh]),
    ("no DF", reset().fragmentable(), &[]),
    ("a window", reset().window(512), &[]),
    (
        "a foreign TTL and no DF",
        reset().ttl(60).fragmentable(),
        &ESTABLISHED,
    ),
    (
        "a foreign TTL and a window",
        reset().ttl(60).window(512),
        &ESTABLISHED,
    ),
];

#[test]
fn marks_prove_a_reset_forged() {
    for (name, reset, proved) in MARKS {
        for stage in ESTABLISHED {
            let is_proved = proved.contains(&stage);
            let verdict = if is_proved {
                Verdict::RstInjected
            } else {
                Verdict::Reset
            };
            let mut scene = Scene::at(stage);
            let outcome = scene.server(ms(200), reset);
            assert_eq!(outcome, judged(verdict, stage), "{name} at {stage:?}");
        }
    }
}

#[test]
fn a_proved_reset_ends_the_connection() {
    let mut scene = Scene::requested();
    let forged = reset().ttl(60);
    assert_eq!(scene.server(ms(60), forged), injected(Stage::PostPsh));
    assert_eq!(scene.server(ms(61), forged), None);
    assert_eq!(scene.server(RESPONSE_AT, response(RESPONSE_LEN)), None);
    assert_eq!(scene.client(ms(101), abort()), None);
}

#[test]
fn a_reset_after_the_clients_fin_means_nothing() {
    for stage in ESTABLISHED {
        let mut scene = Scene::at(stage);
        let closed = OK.filter(|_| stage == Stage::LaterInFlow);
        assert_eq!(scene.client(ms(150), client_fin().seq(301)), closed);
        let foreign = reset().ttl(243).fragmentable().window(1);
        assert_eq!(scene.server(ms(200), foreign), None, "{stage:?}");
        assert_eq!(scene.server(ms(210), response(20)), None, "{stage:?}");
    }
}

#[test]
fn marks_count_until_half_a_minute_after_the_syn_and_so_do_contradictions() {
    let foreign = reset().ttl(243).fragmentable().window(1);
    for stage in ESTABLISHED {
        let mut scene = Scene::at(stage);
        assert_eq!(scene.server(ms(30_000), foreign), injected(stage));
        let mut scene = Scene::at(stage);
        let late = scene.server(us(30_000_001), foreign);
        assert_eq!(late, judged(Verdict::Reset, stage));
        assert_eq!(scene.server(ms(30_010), response(20)), None, "{stage:?}");
        assert!(scene.marks().is_empty(), "{stage:?}");
    }
}

/// Sequence numbers, counted from the server's first, and whether a reset with it is believed.
const SEQUENCES: [(u32, bool); 7] = [
    (0, true),
    (1, true),
    (1_461, true),
    (1 << 20, true),
    ((1 << 20) + 1, false),
    (1 << 31, false),
    (u32::MAX, false),
];

#[test]
fn a_reset_far_from_the_servers_numbers_is_not_believed() {
    for (seq, is_believed) in SEQUENCES {
        for stage in ESTABLISHED {
            let mut scene = Scene::at(stage);
            let before = (scene.flow, scene.destination);
            let outcome = scene.server(ms(200), reset().seq(seq).ttl(99));
            assert_eq!(outcome.is_some(), is_believed, "{seq} at {stage:?}");
            let is_unchanged = (scene.flow, scene.destination) == before;
            assert_eq!(is_unchanged, !is_believed, "{seq} at {stage:?}");
        }
    }
}

#[test]
fn a_reset_needs_no_acknowledgement_once_the_connection_stands() {
    let mut scene = Scene::requested();
    let bare = reset().flags(RST).ack(0);
    assert_eq!(
        scene.server(ms(200), bare),
        judged(Verdict::Reset, Stage::PostPsh)
    );
}
