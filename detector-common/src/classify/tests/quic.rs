//! QUIC Initials that leave, and what comes back.

use super::*;
use crate::frames::{Datagram, initial, quic_answer};

const TIMEOUT: Option<Judgement> = judged(Verdict::QuicTimeout, Stage::PostSyn);

fn datagram(scene: &mut Scene, at: u64, frame: Datagram, way: Direction) -> Option<Judgement> {
    scene.see(ms(at), &frame.packet(), way)
}

/// Times of unanswered Initials in milliseconds, and whether the last one is a timeout.
const RUNS: [(&[u64], bool); 7] = [
    (&[0], false),
    (&[0, 0, 1_000], false),
    (&[0, 1_000, 3_000], false),
    (&[0, 0, 300, 899], false),
    (&[0, 0, 900, 900], true),
    (&[0, 1, 1_000, 1_001], true),
    (&[0, 0, 10, 10, 20, 20, 400, 400], false),
];

#[test]
fn the_fourth_unanswered_initial_after_almost_a_second_is_a_timeout() {
    for (times, is_timeout) in RUNS {
        let mut scene = Scene::new();
        let mut last = None;
        for at in times {
            last = datagram(&mut scene, *at, initial(), Direction::Out);
        }
        assert_eq!(last, TIMEOUT.filter(|_| is_timeout), "{times:?}");
    }
}

#[test]
fn a_timeout_is_told_once() {
    let mut scene = Scene::new();
    let mut told = 0;
    for at in [0, 0, 999, 999, 3_000, 3_000, 7_000] {
        let outcome = datagram(&mut scene, at, initial(), Direction::Out);
        told += u32::from(outcome.is_some());
    }
    assert_eq!((told, scene.verdict()), (1, Verdict::QuicTimeout));
}

#[test]
fn any_datagram_is_an_answer() {
    let retry = [0xf0, 0, 0, 0, 1];
    let negotiation = [0x80, 0, 0, 0, 0];
    let short = [0x40, 1, 2, 3, 4];
    for (header, len) in [(retry, 100), (negotiation, 30), (short, 25), (short, 0)] {
        let mut scene = Scene::new();
        datagram(&mut scene, 0, initial(), Direction::Out);
        let answer = Datagram {
            header,
            len,
            ..quic_answer()
        };
        let outcome = datagram(&mut scene, 40, answer, Direction::In);
        assert_eq!(outcome, judged(Verdict::Ok, Stage::PostSyn), "{header:?}");
        assert_eq!(scene.destination.min_rtt(), Some(RTT));
    }
}

#[test]
fn an_answer_is_told_once_and_initials_after_it_are_no_silence() {
    let mut scene = Scene::new();
    datagram(&mut scene, 0, initial(), Direction::Out);
    assert!(datagram(&mut scene, 40, quic_answer(), Direction::In).is_some());
    assert_eq!(datagram(&mut scene, 41, quic_answer(), Direction::In), None);
    for at in [1_000, 2_000, 3_000, 4_000, 5_000] {
        assert_eq!(datagram(&mut scene, at, initial(), Direction::Out), None);
    }
    assert_eq!(scene.verdict(), Verdict::Ok);
}

#[test]
fn a_late_answer_takes_the_timeout_back() {
    let mut scene = Scene::new();
    for at in [0, 0, 999, 999] {
        datagram(&mut scene, at, initial(), Direction::Out);
    }
    assert_eq!(scene.verdict(), Verdict::QuicTimeout);
    let late = datagram(&mut scene, 1_040, quic_answer(), Direction::In);
    assert_eq!(late, judged(Verdict::Ok, Stage::PostSyn));
}

#[test]
fn initials_sent_again_measure_no_round_trip() {
    let mut scene = Scene::new();
    for at in [0, 1_000] {
        datagram(&mut scene, at, initial(), Direction::Out);
    }
    datagram(&mut scene, 1_001, quic_answer(), Direction::In);
    assert_eq!(scene.destination.min_rtt(), None);
}
