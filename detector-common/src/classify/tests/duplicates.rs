//! Captures that show every packet twice: on two interfaces, before and behind a router. What a
//! connection comes to must not depend on it.

use super::*;
use crate::frames::{
    ACK, Datagram, FIN, PSH, abort, client_fin, initial, quic_answer, refusal, reset, server_ack,
};
use std::{vec, vec::Vec};

use Direction::{In, Out};

/// Who sends a segment, when in milliseconds, and which.
type Step = (Direction, u64, TcpFrame);

/// What happens, and what it comes to.
type Story = (&'static str, Vec<Step>, Verdict);

fn handshake() -> Vec<Step> {
    vec![(Out, 0, syn().ip_id(700)), (In, 40, syn_ack().ip_id(100))]
}

fn asked_for() -> Vec<Step> {
    let mut steps = handshake();
    steps.push((Out, 50, request(REQUEST_LEN).ip_id(701).window(501)));
    steps
}

/// A request and so many full segments of an answer, each acknowledged.
fn answered_by(segments: u16) -> Vec<Step> {
    let mut steps = asked_for();
    for index in 0..segments {
        let at = 100 + 2 * u64::from(index);
        let seq = 1 + 1_400 * u32::from(index);
        let data = response(1_400).flags(ACK).seq(seq).ack(301);
        steps.push((In, at, data.ip_id(101 + index)));
        let ack = frames::client_ack(seq + 1_400).seq(301);
        steps.push((Out, at + 1, ack.ip_id(702 + index)));
    }
    steps
}

fn and(mut steps: Vec<Step>, more: &[Step]) -> Vec<Step> {
    steps.extend(more);
    steps
}

fn good_stories() -> Vec<Story> {
    vec![
        (
            "refused",
            vec![(Out, 0, syn()), (In, 40, refusal())],
            Verdict::SynRefused,
        ),
        (
            "aborted",
            and(asked_for(), &[(Out, 60, abort().seq(301))]),
            Verdict::ClientAborted,
        ),
        (
            "ok",
            and(
                answered_by(3),
                &[(In, 200, server_fin().seq(4_201).ack(301))],
            ),
            Verdict::Ok,
        ),
        (
            "a close sent again once",
            and(
                asked_for(),
                &[
                    (Out, 2_000, client_fin().seq(301).ip_id(702)),
                    (Out, 2_400, client_fin().seq(301).ip_id(703)),
                ],
            ),
            Verdict::Incomplete,
        ),
        (
            "sent again once",
            and(
                asked_for(),
                &[(Out, 2_000, request(REQUEST_LEN).ip_id(702))],
            ),
            Verdict::Incomplete,
        ),
        (
            "an idle connection of few packets, reset by its client",
            and(answered_by(4), &[(Out, 20_000, abort().seq(301))]),
            Verdict::Ok,
        ),
        (
            "a reset of the server's own",
            and(asked_for(), &[(In, 90, reset().ack(301))]),
            Verdict::Reset,
        ),
    ]
}

fn bad_stories() -> Vec<Story> {
    let again = request(REQUEST_LEN);
    vec![
        (
            "silence",
            vec![(Out, 0, syn()), (Out, 1_000, syn()), (Out, 3_000, syn())],
            Verdict::SynTimeout,
        ),
        (
            "blackhole",
            and(
                asked_for(),
                &[
                    (Out, 350, again.ip_id(702)),
                    (Out, 950, again.ip_id(703)),
                    (Out, 2_150, again.ip_id(704)),
                ],
            ),
            Verdict::DataBlackhole,
        ),
        (
            "cut",
            and(answered_by(12), &[(Out, 9_000, abort().seq(301))]),
            Verdict::DataCutoff,
        ),
        (
            "too soon",
            and(asked_for(), &[(In, 55, reset().ack(301))]),
            Verdict::RstInjected,
        ),
        (
            "contradiction",
            and(
                asked_for(),
                &[(In, 90, reset()), (In, 99, server_ack(301).ip_id(101))],
            ),
            Verdict::RstInjected,
        ),
        (
            "SYN-ACK after a reset",
            vec![(Out, 0, syn()), (In, 10, refusal()), (In, 40, syn_ack())],
            Verdict::RstInjected,
        ),
        (
            "sequence play",
            and(
                asked_for(),
                &[(In, 90, reset()), (In, 91, reset().seq(1_461))],
            ),
            Verdict::RstInjected,
        ),
        (
            "echo",
            and(asked_for(), &[(In, 90, reset().ip_id(701).window(501))]),
            Verdict::RstInjected,
        ),
        (
            "foreign TTL",
            and(asked_for(), &[(In, 90, reset().ttl(60))]),
            Verdict::RstInjected,
        ),
        (
            "foreign TTL and a jump of the IP-ID",
            and(
                answered_by(3),
                &[(In, 190, reset().seq(4_201).ttl(60).ip_id(9_000))],
            ),
            Verdict::RstInjected,
        ),
        (
            "block page",
            and(
                asked_for(),
                &[
                    (In, 90, server_ack(301).ip_id(101)),
                    (
                        In,
                        91,
                        response(700).flags(FIN | PSH | ACK).ttl(60).ip_id(9_000),
                    ),
                ],
            ),
            Verdict::FinInjected,
        ),
    ]
}

/// How the copy of a packet looks, and how much later it passes.
type Copy = (Nanos, u8);

fn tell(steps: &[Step], copy: Option<Copy>) -> Scene {
    let mut scene = Scene::new();
    for (way, at, frame) in steps {
        let mut pass = |at: Nanos, frame: TcpFrame| match way {
            Out => scene.client(at, frame),
            In => scene.server(at, frame),
        };
        pass(ms(*at), *frame);
        if let Some((later, ttl)) = copy {
            pass(
                after(ms(*at), later),
                frame.ttl(ttl.wrapping_add(frame.ttl)),
            );
        }
    }
    scene
}

/// Twenty microseconds later, behind a router or before it; and at the same time.
const COPIES: [Copy; 3] = [(us(20), 255), (us(20), 1), (us(0), 255)];

#[test]
fn what_is_seen_twice_comes_to_the_same() {
    let proofs = [
        Mark::Contradiction,
        Mark::SynAckAfterReset,
        Mark::TooSoon,
        Mark::SequencePlay,
        Mark::Echo,
    ];
    for (name, steps, expected) in good_stories().into_iter().chain(bad_stories()) {
        let once = tell(&steps, None);
        assert_eq!(once.verdict(), expected, "{name}");
        for copy in COPIES {
            let twice = tell(&steps, Some(copy));
            assert_eq!(twice.verdict(), expected, "{name}, {copy:?}");
            for proof in proofs {
                assert_eq!(twice.bears(proof), once.bears(proof), "{name}: {proof:?}");
            }
        }
    }
}

#[test]
fn a_round_trip_is_measured_on_what_is_seen_twice() {
    for copy in COPIES {
        let scene = tell(&handshake(), Some(copy));
        assert_eq!(scene.destination.min_rtt(), Some(RTT), "{copy:?}");
    }
}

#[test]
fn packets_seen_twice_count_once() {
    let once = tell(&answered_by(6), None).flow.unwrap().packets;
    for copy in COPIES {
        let twice = tell(&answered_by(6), Some(copy)).flow.unwrap().packets;
        assert_eq!(twice, once, "{copy:?}");
    }
}

#[test]
fn initials_seen_twice_are_sent_once() {
    for (times, expected) in [
        (vec![0, 1_000], Verdict::Incomplete),
        (vec![0, 300, 900, 2_000], Verdict::QuicTimeout),
    ] {
        let mut scene = Scene::new();
        for (at, ip_id) in times.into_iter().zip(700..) {
            let packet = Datagram { ip_id, ..initial() }.packet();
            scene.see(ms(at), &packet, Out);
            scene.see(after(ms(at), us(20)), &packet, Out);
        }
        assert_eq!(scene.verdict(), expected);
    }
    let mut scene = Scene::new();
    let (initial, answer) = (initial().packet(), quic_answer().packet());
    for at in [ms(0), us(20)] {
        scene.see(at, &initial, Out);
    }
    scene.see(RTT, &answer, In);
    assert_eq!(scene.see(after(RTT, us(20)), &answer, In), None);
    assert_eq!(scene.verdict(), Verdict::Ok);
}
