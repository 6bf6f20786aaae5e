//! Resets in answer to a SYN.

use super::*;
use crate::frames::{ACK, RST, refusal};

const REFUSED: Option<Judgement> = judged(Verdict::SynRefused, Stage::PostSyn);
const INJECTED: Option<Judgement> = injected(Stage::PostSyn);
const LATE: Option<Judgement> = judged(Verdict::SynRefused, Stage::PostSyn);

#[test]
fn a_closed_port_refuses() {
    let mut scene = Scene::asked();
    assert_eq!(scene.server(RTT, refusal()), REFUSED);
}

#[test]
fn a_refusal_is_told_once() {
    let mut scene = Scene::asked();
    assert_eq!(scene.server(RTT, refusal()), REFUSED);
    assert_eq!(scene.server(ms(41), refusal()), None);
    assert_eq!(scene.server(ms(400), refusal()), None);
}

/// Control bits, sequence and acknowledgement numbers a reset to a SYN may have, and its verdict.
const RESETS: [(&str, u8, u32, u32, Option<Judgement>); 8] = [
    ("RFC 9293 §3.5.2", RST | ACK, 0, 1, REFUSED),
    (
        "whatever its sequence number",
        RST | ACK,
        0xdead_beef,
        1,
        REFUSED,
    ),
    (
        "the SYN's own number (Zeek's rst-inject-rae)",
        RST | ACK,
        0,
        0,
        REFUSED,
    ),
    ("one too many", RST | ACK, 0, 2, None),
    ("one too few", RST | ACK, 0, u32::MAX, None),
    ("half the numbers away", RST | ACK, 0, 1 << 31, None),
    ("no acknowledgement", RST, 0, 1, None),
    ("no acknowledgement, blind", RST, 1, 0, None),
];

#[test]
fn only_a_reset_that_acknowledges_the_syn_is_believed() {
    for (name, flags, seq, ack, expected) in RESETS {
        let mut scene = Scene::asked();
        let reset = refusal().flags(flags).seq(seq).ack(ack);
        assert_eq!(scene.server(RTT, reset), expected, "{name}");
    }
}

#[test]
fn a_reset_that_is_not_believed_changes_nothing() {
    let mut scene = Scene::asked();
    let before = (scene.flow, scene.destination);
    assert_eq!(scene.server(RTT, refusal().ack(2)), None);
    assert_eq!((scene.flow, scene.destination), before);
}

/// Marks of a reset to the SYN of a destination that answered with TTL 50 and DF before.
const MARKS: [(&str, TcpFrame, Option<Judgement>); 9] = [
    ("none", refusal(), REFUSED),
    ("a TTL one lower", refusal().ttl(49), REFUSED),
    ("a TTL one higher", refusal().ttl(51), REFUSED),
    (
        "a foreign TTL alone, as of a load balancer",
        refusal().ttl(48),
        REFUSED,
    ),
    ("no DF alone", refusal().fragmentable(), REFUSED),
    ("a window alone", refusal().window(8_192), REFUSED),
    (
        "a foreign TTL and no DF",
        refusal().ttl(48).fragmentable(),
        INJECTED,
    ),
    (
        "a foreign TTL and a window",
        refusal().ttl(52).window(1),
        INJECTED,
    ),
    (
        "a TTL one lower, no DF and a window",
        refusal().ttl(49).fragmentable().window(1),
        REFUSED,
    ),
];

#[test]
fn a_refusal_needs_two_marks_to_be_forged() {
    for (name, reset, expected) in MARKS {
        let mut scene = Scene::remembering(RTT);
        scene.client(ms(5_000), syn());
        assert_eq!(scene.refuse(ms(5_040), reset), expected, "{name}");
    }
}

#[test]
fn marks_mean_nothing_where_the_destination_never_answered() {
    let mut scene = Scene::asked();
    let foreign = refusal().ttl(239).fragmentable().window(8_192);
    assert_eq!(scene.server(RTT, foreign), REFUSED);
}

#[test]
fn a_forged_refusal_is_told_once() {
    let mut scene = Scene::remembering(RTT);
    scene.client(ms(5_000), syn());
    let forged = refusal().ttl(40).window(8_192);
    assert_eq!(scene.server(ms(5_040), forged), INJECTED);
    assert_eq!(scene.server(ms(5_041), forged), None);
    assert_eq!(scene.server(ms(5_080), syn_ack()), None);
}

#[test]
fn marks_count_until_half_a_minute_after_the_syn() {
    let foreign = refusal().ttl(48).fragmentable();
    for (at, expected) in [(us(30_000_000), INJECTED), (us(30_000_001), LATE)] {
        let mut scene = Scene::remembering(RTT);
        scene.client(ms(0), syn());
        assert_eq!(scene.server(at, foreign), expected, "{at:?}");
        assert_eq!(scene.server(after(at, ms(10)), syn_ack()), None);
    }
}
