//! SYNs that nothing answers.

use super::*;
use crate::frames::refusal;

const TIMEOUT: Option<Judgement> = judged(Verdict::SynTimeout, Stage::PostSyn);

/// Times of unanswered SYNs of one socket, in milliseconds, and what the last one says.
const RUNS: [(&str, &[u64], Option<Judgement>); 12] = [
    ("one", &[0], None),
    ("two", &[0, 1_000], None),
    ("two, three seconds apart", &[0, 3_000], None),
    ("two, a minute apart", &[0, 60_000], None),
    (
        "Linux: the third after three seconds",
        &[0, 1_000, 3_000],
        TIMEOUT,
    ),
    (
        "a fourth has nothing new to say",
        &[0, 1_000, 3_000, 7_000],
        None,
    ),
    ("three within two seconds", &[0, 1_000, 2_000], None),
    (
        "many within two seconds",
        &[0, 250, 500, 750, 1_000, 1_250, 1_500, 2_000],
        None,
    ),
    ("a timer that is a tick early", &[0, 999, 2_900], TIMEOUT),
    ("a timer that is too early", &[0, 999, 2_899], None),
    (
        "a pause of a minute in the run",
        &[0, 60_000, 120_000],
        TIMEOUT,
    ),
    ("a longer pause starts over", &[0, 60_001, 120_002], None),
];

#[test]
fn the_third_unanswered_syn_three_seconds_after_the_first_is_a_timeout() {
    for (name, times, expected) in RUNS {
        let mut scene = Scene::new();
        let mut last = None;
        for at in times {
            last = scene.client(ms(*at), syn());
        }
        assert_eq!(last, expected, "{name}");
    }
}

#[test]
fn different_sockets_count_together() {
    let mut scene = Scene::asked();
    scene.another_socket();
    assert_eq!(scene.client(ms(1_500), syn()), None);
    scene.another_socket();
    assert_eq!(scene.client(ms(3_000), syn()), TIMEOUT);
}

#[test]
fn a_pause_longer_than_the_gap_starts_a_new_run() {
    let mut scene = Scene::asked();
    assert_eq!(scene.client(ms(1_000), syn()), None);
    assert_eq!(scene.client(ms(61_001), syn()), None);
    assert_eq!(scene.client(ms(62_001), syn()), None);
    assert_eq!(scene.client(ms(64_001), syn()), TIMEOUT);
}

#[test]
fn an_answer_ends_the_run() {
    let mut scene = Scene::asked();
    scene.client(ms(1_000), syn());
    assert_eq!(scene.server(ms(1_040), syn_ack()), None);
    scene.another_socket();
    assert_eq!(scene.client(ms(3_000), syn()), None);
    assert_eq!(scene.client(ms(4_000), syn()), None);
    assert_eq!(scene.client(ms(6_000), syn()), TIMEOUT);
}

#[test]
fn a_refusal_ends_the_run() {
    let mut scene = Scene::asked();
    scene.client(ms(1_000), syn());
    let refused = judged(Verdict::SynRefused, Stage::PostSyn);
    assert_eq!(scene.server(ms(1_040), refusal()), refused);
    assert_eq!(scene.client(ms(3_000), syn()), None);
}

#[test]
fn an_answer_to_another_syn_does_not_end_the_run() {
    let mut scene = Scene::asked();
    scene.client(ms(1_000), syn());
    assert_eq!(scene.server(ms(1_040), syn_ack().ack(7)), None);
    assert_eq!(scene.server(ms(1_040), refusal().ack(7)), None);
    assert_eq!(scene.client(ms(3_000), syn()), TIMEOUT);
}

#[test]
fn syns_with_data_and_with_ecn_count_as_well() {
    let mut scene = Scene::new();
    let ecn = frames::SYN | frames::ECE | frames::CWR;
    assert_eq!(scene.client(ms(0), syn().flags(ecn)), None);
    assert_eq!(scene.client(ms(1_000), syn().flags(ecn)), None);
    assert_eq!(scene.client(ms(3_000), syn().payload(300)), TIMEOUT);
}

#[test]
fn a_destination_that_falls_silent_times_out_although_it_answered_before() {
    let mut scene = Scene::settled();
    scene.another_socket();
    assert_eq!(scene.client(ms(10_000), syn()), None);
    assert_eq!(scene.client(ms(11_000), syn()), None);
    assert_eq!(scene.client(ms(13_000), syn()), TIMEOUT);
    assert!(scene.destination.has_answered());
}
