//! Captures that show every packet twice: on two interfaces, before and behind a router. What a
//! connection comes to must not depend on it.

mod stories;

use self::stories::{Step, answered_by, bad_stories, good_stories, handshake};
use super::*;
use crate::frames::{Datagram, initial, quic_answer};
use std::{vec, vec::Vec};

use Direction::{In, Out};

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
