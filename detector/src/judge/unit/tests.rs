use detector_common::verdict::Verdict;

use super::{
    super::tests::{delta, first_hosts, retried},
    *,
};

const NET: &str = "198.18.16.0/24";

fn at(second: u64) -> Moment {
    Moment {
        monotonic: Duration::from_secs(second),
        wall: jiff::Timestamp::UNIX_EPOCH,
    }
}

impl Unit {
    fn see(&mut self, second: u64, delta: &Delta) {
        let witness = Some(at(second));
        self.observe(delta, Transport::Tcp, at(second), witness);
    }
}

/// A prefix that began to fail at second 10, with so many trials.
fn failing(trials: u32) -> Unit {
    let mut unit = Unit::new(Transport::Tcp);
    unit.see(10, &delta(NET, 0, trials));
    unit
}

/// A second in which connections fail that are no trials, to a host that did so before or to one
/// that never answered.
fn no_trials(alive: u32) -> Delta {
    let mut delta = Delta::quiet(NET);
    delta.verdicts[Verdict::SynTimeout.index()] = 3;
    delta.alive = first_hosts(alive);
    delta.failed = first_hosts(alive);
    delta
}

/// A second in which a third host works, beside the two that fail.
fn another_works() -> Delta {
    Delta {
        alive: first_hosts(3),
        failed: first_hosts(2),
        ..retried(NET, 1)
    }
}

#[test]
fn what_works_within_two_seconds_may_have_been_under_way() {
    let mut unit = failing(2);
    unit.see(11, &another_works());
    let mixed = [11, 12].map(|second| unit.is_mixed(at(second)));
    assert_eq!(mixed, [true, false]);
}

#[test]
fn what_works_later_is_remembered_for_two_minutes() {
    let mut unit = failing(2);
    unit.see(12, &another_works());
    let mixed = [12, 131, 132].map(|second| unit.is_mixed(at(second)));
    assert_eq!(mixed, [true, true, false]);
}

#[test]
fn a_prefix_that_only_fails_is_not_mixed() {
    let mut unit = failing(2);
    for second in 11..20 {
        unit.see(second, &delta(NET, 0, 2));
        assert!(!unit.is_mixed(at(second)));
    }
}

#[test]
fn more_than_two_must_fail_for_each_that_works() {
    for (failed, is_candidate) in [(20, false), (21, true)] {
        let mut unit = failing(failed);
        unit.see(11, &delta(NET, 10, 0));
        assert_eq!(unit.is_candidate(true), is_candidate, "{failed}");
    }
}

#[test]
fn one_more_must_fail_in_a_row_each_time_the_polls_that_work_double_and_the_mixed_prefixes() {
    for (polls, mixed, enough) in [
        (0, 0, 12),
        (1, 1, 12),
        (2, 1, 13),
        (3, 0, 13),
        (4, 1, 14),
        (64, 1, 18),
        (1, 2, 13),
        (2, 16, 17),
    ] {
        let mut unit = failing(1);
        for second in 11..11 + polls {
            unit.see(second, &retried(NET, 1));
            unit.see(second, &no_trials(1));
        }
        unit.failures_in_a_row = enough - 1;
        assert!(!unit.is_steady_among(mixed), "{polls} {mixed}");
        unit.failures_in_a_row = enough;
        assert!(unit.is_steady_among(mixed), "{polls} {mixed}");
    }
}

/// Whether nothing is suspected any more after so many working connections, a second each, of
/// which some were interrupted.
fn is_clear(oks: u64, interruption: Option<&Delta>) -> bool {
    let mut unit = failing(2);
    for second in 20..20 + oks {
        unit.see(second, &retried(NET, 1));
        if let Some(interruption) = interruption.filter(|_| second == 25) {
            unit.see(second, interruption);
        }
    }
    unit.panel.is_idle()
}

#[test]
fn twelve_in_a_row_that_work_are_an_all_clear() {
    assert!(!is_clear(11, None));
    assert!(is_clear(12, None));
}

#[test]
fn a_host_that_works_again_after_the_others_is_all_that_was_missing() {
    let mut unit = failing(2);
    for second in 20..32 {
        unit.see(second, &another_works());
    }
    assert!(!unit.panel.is_idle(), "two hosts fail");
    unit.see(36, &retried(NET, 3));
    assert!(unit.panel.is_idle());
}

#[test]
fn a_failure_that_is_no_trial_interrupts_the_row_unless_a_stranger_failed() {
    assert!(!is_clear(12, Some(&no_trials(1))));
    assert!(is_clear(12, Some(&no_trials(0))));
    assert!(is_clear(18, Some(&no_trials(1))));
}

#[test]
fn what_works_in_half_as_many_polls_as_it_fails_in_is_let_go() {
    for (failed, is_held) in [(11, false), (12, false), (13, true)] {
        let mut unit = failing(3);
        unit.hold();
        for second in 11..10 + failed {
            unit.see(second, &no_trials(3));
        }
        for second in 30..36 {
            unit.see(second, &retried(NET, 1));
        }
        assert!(unit.is_held(), "only what goes on failing leaks");
        unit.see(36, &Delta::quiet(NET));
        assert!(unit.is_held());
        unit.release_if_leaking();
        assert_eq!(unit.is_held(), is_held, "{failed}");
    }
}

#[test]
fn five_polls_that_work_are_no_leak() {
    let mut unit = failing(3);
    unit.hold();
    for second in 20..25 {
        unit.see(second, &delta(NET, 1, 1));
    }
    assert!(unit.is_held());
    unit.see(25, &delta(NET, 1, 1));
    assert!(!unit.is_held());
}
