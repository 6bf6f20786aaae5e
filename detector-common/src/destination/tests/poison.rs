//! What a client said may poison it and the destination for minutes: what fails then is one event.

use super::*;

const OTHER: Address = Address::v4([192, 0, 2, 2]);

const fn failed(verdict: Verdict, stage: Stage) -> Judgement {
    Judgement { verdict, stage }
}

const HELLO: Judgement = failed(Verdict::DataBlackhole, Stage::PostPsh);
const SYN: Judgement = failed(Verdict::SynTimeout, Stage::PostSyn);

fn trial(state: &mut DestinationState, it: Judgement, client: Address, at: u64) -> bool {
    state.is_trial(it, &client, secs(at), &TUNING)
}

#[test]
fn after_what_a_client_said_its_failures_are_no_trials_for_three_minutes() {
    for again in [HELLO, SYN, failed(Verdict::RstInjected, Stage::PostAck)] {
        let mut state = DestinationState::default();
        assert!(trial(&mut state, HELLO, CLIENT, 1_000));
        // Two minutes on it would be a trial of its own.
        assert!(!trial(&mut state, again, CLIENT, 1_121), "{again:?}");
        assert!(!trial(&mut state, again, CLIENT, 1_179), "{again:?}");
        assert!(trial(&mut state, again, CLIENT, 1_180), "{again:?}");
    }
}

#[test]
fn residue_does_not_prolong_itself() {
    let mut state = DestinationState::default();
    assert!(trial(&mut state, HELLO, CLIENT, 1_000));
    for at in [1_060, 1_120, 1_179] {
        assert!(!trial(&mut state, HELLO, CLIENT, at));
    }
    assert!(trial(&mut state, HELLO, CLIENT, 1_180));
}

#[test]
fn another_client_is_not_poisoned() {
    let mut state = DestinationState::default();
    assert!(trial(&mut state, HELLO, CLIENT, 1_000));
    assert!(trial(&mut state, HELLO, OTHER, 1_120));
}

#[test]
fn a_syn_says_nothing_that_could_poison() {
    for first in [SYN, failed(Verdict::IcmpUnreachable, Stage::PostSyn)] {
        let mut state = DestinationState::default();
        assert!(trial(&mut state, first, CLIENT, 1_000));
        assert!(trial(&mut state, HELLO, CLIENT, 1_120));
    }
}

#[test]
fn a_success_counts_within_the_residue_and_does_not_end_it() {
    let mut state = DestinationState::default();
    assert!(trial(&mut state, HELLO, CLIENT, 1_000));
    let ok = failed(Verdict::Ok, Stage::LaterInFlow);
    assert!(trial(&mut state, ok, CLIENT, 1_010));
    assert!(!trial(&mut state, HELLO, CLIENT, 1_020));
    assert!(trial(&mut state, HELLO, CLIENT, 1_180));
}

#[test]
fn a_void_verdict_poisons_nobody() {
    for verdict in VOID_VERDICTS {
        let mut state = DestinationState::default();
        assert!(!trial(
            &mut state,
            failed(verdict, Stage::PostPsh),
            CLIENT,
            1_000
        ));
        assert!(trial(&mut state, HELLO, CLIENT, 1_001), "{verdict:?}");
    }
}
