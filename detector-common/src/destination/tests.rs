//! Trials, silences and round trips of one destination.

mod poison;

use super::*;

const TUNING: Tuning = Tuning::DEFAULT;

const fn secs(secs: u64) -> Nanos {
    Nanos::from_secs(secs)
}

const CLIENT: Address = Address::v4([192, 0, 2, 1]);

fn is_trial(state: &mut DestinationState, verdict: Verdict, at: Nanos) -> bool {
    let judgement = Judgement {
        verdict,
        stage: Stage::PostSyn,
    };
    state.is_trial(judgement, &CLIENT, at, &TUNING)
}

#[test]
fn the_same_outcome_is_one_trial_in_two_minutes() {
    for verdict in [Verdict::Ok, Verdict::SynTimeout, Verdict::RstInjected] {
        let mut state = DestinationState::default();
        assert!(is_trial(&mut state, verdict, secs(1_000)));
        assert!(!is_trial(&mut state, verdict, secs(1_000)));
        assert!(!is_trial(&mut state, verdict, Nanos(secs(1_119).0)));
        assert!(is_trial(&mut state, verdict, secs(1_120)));
        assert!(!is_trial(&mut state, verdict, secs(1_239)));
    }
}

#[test]
fn a_first_outcome_is_a_trial_even_at_the_clocks_beginning() {
    for verdict in [Verdict::Ok, Verdict::SynTimeout] {
        let mut state = DestinationState::default();
        assert!(is_trial(&mut state, verdict, Nanos(0)));
    }
}

#[test]
fn two_symptoms_of_one_outcome_are_one_trial() {
    let mut state = DestinationState::default();
    assert!(is_trial(&mut state, Verdict::SynTimeout, secs(1)));
    assert!(!is_trial(&mut state, Verdict::RstInjected, secs(2)));
}

#[test]
fn the_begin_and_the_end_of_a_block_are_trials_at_once() {
    let mut state = DestinationState::default();
    assert!(is_trial(&mut state, Verdict::Ok, secs(1)));
    assert!(is_trial(&mut state, Verdict::SynTimeout, secs(2)));
    assert!(is_trial(&mut state, Verdict::Ok, secs(3)));
    assert!(!is_trial(&mut state, Verdict::Ok, secs(122)));
    assert!(is_trial(&mut state, Verdict::Ok, secs(123)));
}

#[test]
fn what_fails_for_some_and_works_for_others_is_one_trial_of_each_outcome_in_two_minutes() {
    let mut state = DestinationState::default();
    let outcomes = [Verdict::Ok, Verdict::SynTimeout].into_iter().cycle();
    let trials = outcomes
        .zip(1_000..1_119)
        .filter(|(verdict, at)| is_trial(&mut state, *verdict, secs(*at)));
    let expected = [
        (Verdict::Ok, 1_000),
        (Verdict::SynTimeout, 1_001),
        (Verdict::Ok, 1_002),
    ];
    assert!(trials.eq(expected));
}

#[test]
fn it_fails_until_it_works_whatever_is_a_trial() {
    let mut state = DestinationState::default();
    for (verdict, is_failing) in [
        (Verdict::SynTimeout, true),
        (Verdict::SynRefused, true),
        (Verdict::Ok, false),
        (Verdict::RstInjected, true),
        (Verdict::Ok, false),
        (Verdict::ClientAborted, false),
    ] {
        is_trial(&mut state, verdict, secs(1_000));
        assert_eq!(state.is_failing(), is_failing, "{verdict:?}");
    }
}

const VOID_VERDICTS: [Verdict; 4] = [
    Verdict::SynRefused,
    Verdict::Reset,
    Verdict::ClientAborted,
    Verdict::Incomplete,
];

#[test]
fn what_says_nothing_of_the_path_is_no_trial() {
    for verdict in VOID_VERDICTS {
        let mut state = DestinationState::default();
        for at in [0, 1, 120, 1_000] {
            assert!(!is_trial(&mut state, verdict, secs(at)), "{verdict:?}");
        }
        assert_eq!(state, DestinationState::default());
    }
}

#[test]
fn what_says_nothing_of_the_path_does_not_part_two_trials() {
    let mut state = DestinationState::default();
    assert!(is_trial(&mut state, Verdict::Ok, secs(1)));
    assert!(!is_trial(&mut state, Verdict::SynRefused, secs(2)));
    assert!(!is_trial(&mut state, Verdict::Ok, secs(3)));
}

/// Round trips in microseconds as they are measured, and the smallest.
const ROUND_TRIPS: [(&[Option<u64>], Option<u64>); 6] = [
    (&[None], None),
    (&[None, Some(30)], Some(30)),
    (&[Some(30), None], Some(30)),
    (&[Some(30), Some(20), Some(25)], Some(20)),
    (&[Some(0)], Some(1)),
    (&[Some(u64::MAX / 1_000)], Some(0xffff_ffff)),
];

#[test]
fn the_smallest_round_trip_is_kept() {
    for (measured, smallest) in ROUND_TRIPS {
        let mut state = DestinationState::default();
        for round_trip in measured {
            state.answered(50, true, round_trip.map(|us| Nanos(us * 1_000)));
        }
        let expected = smallest.map(|us| Nanos(us * 1_000));
        assert_eq!(state.min_rtt(), expected, "{measured:?}");
    }
}

#[test]
fn the_latest_answer_gives_ttl_and_df() {
    let mut state = DestinationState::default();
    assert!(!state.has_answered());
    state.answered(50, true, None);
    state.answered(113, false, None);
    assert!(state.has_answered());
    assert_eq!((state.ttl, state.dont_fragment), (113, 0));
}

#[test]
fn the_third_silent_syn_is_a_timeout_and_so_is_every_further_one() {
    let mut state = DestinationState::default();
    assert_eq!(state.syn(secs(10), &TUNING), None);
    assert_eq!(state.syn(secs(11), &TUNING), None);
    assert_eq!(state.syn(secs(13), &TUNING), Some(Verdict::SynTimeout));
    assert_eq!(state.syn(secs(17), &TUNING), Some(Verdict::SynTimeout));
    assert_eq!((state.silent_syns, state.silent_since), (4, secs(10)));
}

#[test]
fn hearing_anything_ends_the_silence() {
    let mut state = DestinationState::default();
    for at in [10, 11] {
        state.syn(secs(at), &TUNING);
    }
    state.heard();
    assert_eq!(state.syn(secs(13), &TUNING), None);
    assert_eq!((state.silent_syns, state.silent_since), (1, secs(13)));
    assert!(!state.has_answered());
}

#[test]
fn the_count_of_silent_syns_does_not_wrap() {
    let mut state = DestinationState {
        silent_syns: u16::MAX,
        last_syn: secs(10),
        ..DestinationState::default()
    };
    assert_eq!(state.syn(secs(20), &TUNING), Some(Verdict::SynTimeout));
    assert_eq!(state.silent_syns, u16::MAX);
}

#[test]
fn a_clock_that_runs_backwards_is_no_silence() {
    let mut state = DestinationState::default();
    for at in [10, 9, 8] {
        assert_eq!(state.syn(secs(at), &TUNING), None);
    }
}
