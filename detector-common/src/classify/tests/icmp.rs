//! Errors that somebody on the way sends.

use super::*;
use crate::frames::{Unreachable, abort, refusal};

const UNREACHABLE: Option<Judgement> = judged(Verdict::IcmpUnreachable, Stage::PostSyn);

/// An error about something that the client sent.
fn error(scene: &mut Scene, at: u64, error: Unreachable, about: TcpFrame) -> Option<Judgement> {
    let about = about.numbered(scene.client_isn, scene.server_isn);
    let packet = error.about(&about.bytes(), about.from.ip());
    scene.see(ms(at), &packet, Direction::In)
}

const V6_ROUTER: &str = "2001:db8:9::9";

fn syn_v6() -> TcpFrame {
    TcpFrame {
        from: "[2001:db8::1]:50000".parse().unwrap(),
        to: "[2001:db8:64::7]:443".parse().unwrap(),
        ..syn()
    }
}

#[test]
fn six_codes_of_ipv4_say_that_a_destination_cannot_be_reached() {
    for code in 0..=u8::MAX {
        let mut scene = Scene::asked();
        let outcome = error(&mut scene, 10, Unreachable::code(code), syn());
        let is_unreachable = [0, 1, 3, 9, 10, 13].contains(&code);
        assert_eq!(outcome, UNREACHABLE.filter(|_| is_unreachable), "{code}");
    }
}

#[test]
fn time_exceeded_is_not_unreachable() {
    for kind in [11, 12] {
        let mut scene = Scene::asked();
        let expired = Unreachable {
            kind,
            ..Unreachable::code(0)
        };
        assert_eq!(error(&mut scene, 10, expired, syn()), None);
    }
}

#[test]
fn every_unreachable_of_ipv6_says_so_and_too_big_does_not() {
    for (kind, code, expected) in [(1, 0, UNREACHABLE), (1, 1, UNREACHABLE), (2, 0, None)] {
        let mut scene = Scene::new();
        assert_eq!(scene.client(ms(0), syn_v6()), None);
        let from_router = Unreachable {
            sender: V6_ROUTER.parse().unwrap(),
            kind,
            code,
        };
        let outcome = error(&mut scene, 10, from_router, syn_v6());
        assert_eq!(outcome, expected, "{kind} {code}");
    }
}

/// Sequence numbers that an error quotes of a connection that sent 300 bytes, and whether it did.
const QUOTES: [(u32, bool); 6] = [
    (0, true),
    (1, true),
    (301, true),
    (302, false),
    (u32::MAX, false),
    (1 << 31, false),
];

#[test]
fn an_error_must_quote_a_number_that_was_sent() {
    for (seq, was_sent) in QUOTES {
        let mut scene = Scene::requested();
        let quoted = request(REQUEST_LEN).seq(seq);
        let outcome = error(&mut scene, 60, Unreachable::code(13), quoted);
        let expected = judged(Verdict::IcmpUnreachable, Stage::PostPsh);
        assert_eq!(outcome, expected.filter(|_| was_sent), "{seq}");
    }
}

#[test]
fn an_error_is_told_once() {
    let mut scene = Scene::asked();
    assert_eq!(
        error(&mut scene, 10, Unreachable::code(1), syn()),
        UNREACHABLE
    );
    assert_eq!(error(&mut scene, 11, Unreachable::code(1), syn()), None);
    assert_eq!(error(&mut scene, 12, Unreachable::code(13), syn()), None);
}

#[test]
fn what_is_refused_aloud_is_no_silence() {
    let mut scene = Scene::asked();
    assert_eq!(
        error(&mut scene, 10, Unreachable::code(13), syn()),
        UNREACHABLE
    );
    for at in [1_000, 3_000, 7_000] {
        assert_eq!(scene.client(ms(at), syn()), None);
        assert_eq!(
            error(&mut scene, at + 10, Unreachable::code(13), syn()),
            None
        );
    }
    assert_eq!(scene.verdict(), Verdict::IcmpUnreachable);
}

#[test]
fn an_error_about_what_is_over_is_no_news() {
    let mut refused = Scene::asked();
    refused.server(ms(40), refusal());
    let mut aborted = Scene::requested();
    aborted.client(ms(60), abort());
    for mut scene in [refused, aborted] {
        assert_eq!(error(&mut scene, 70, Unreachable::code(13), syn()), None);
    }
}
