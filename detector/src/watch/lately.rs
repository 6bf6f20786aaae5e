//! How connections ended in the last minutes, for the prefixes in which something failed.
//!
//! For eyes only: nothing is judged by it. Must not know: who looks.

use std::collections::HashMap;

use ipnet::IpNet;

use crate::{
    judge::transport::Transport,
    moment::Moment,
    snapshot::{Delta, failures},
};

/// Seconds that one step of a [`Course`] stands for.
const STEP_S: u64 = 20;
/// Steps of a [`Course`]: five minutes.
const STEPS: usize = 15;
/// Prefixes that are followed; where everything fails, those that failed first stand for the others.
const MOST: usize = 4_096;

/// The courses of the prefixes that failed lately. A turn in which nothing changes costs nothing, one without a
/// failure next to nothing.
#[derive(Debug, Default)]
pub(super) struct Lately {
    courses: HashMap<IpNet, Course>,
    swept: u64,
}

/// How the connections of one prefix ended, step by step; a step's place is its number modulo [`STEPS`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Course {
    latest: u64,
    steps: [Ends; STEPS],
}

/// Connections by how they ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ends {
    pub(super) all: u32,
    pub(super) failed: u32,
}

impl Lately {
    /// Takes in one poll.
    pub(super) fn note(&mut self, now: Moment, deltas: &[Delta]) {
        let step = step(now);
        for delta in deltas {
            let ends = Ends::of(delta);
            if ends.all == 0 {
                continue;
            }
            let is_full = self.courses.len() >= MOST;
            match self.courses.get_mut(&delta.prefix) {
                Some(course) => course.add(step, ends),
                None if !is_full && has_failed_trial(delta) => {
                    let course = self.courses.entry(delta.prefix).or_default();
                    course.add(step, ends);
                }
                None => {}
            }
        }
        self.sweep(step);
    }

    /// Forgets a prefix that is no longer tracked.
    pub(super) fn forget(&mut self, prefix: &IpNet) {
        self.courses.remove(prefix);
    }

    /// The prefixes in which something failed, with all that ended in them.
    pub(super) fn sums(&self, now: Moment) -> impl Iterator<Item = (IpNet, Ends)> {
        let step = step(now);
        let sums = self.courses.iter();
        sums.map(move |(prefix, course)| (*prefix, course.sum(step)))
            .filter(|(_, sum)| sum.failed > 0)
    }

    /// The share that failed in percent, step by step, the oldest first; none where nothing ended.
    pub(super) fn shares(&self, now: Moment, prefix: &IpNet) -> Vec<Option<u8>> {
        let course = self.courses.get(prefix).copied().unwrap_or_default();
        course.until(step(now)).map(Ends::percent_failed).collect()
    }

    /// Once a step, forgets what has not failed for as long as a course goes back.
    fn sweep(&mut self, step: u64) {
        if self.swept != step {
            self.swept = step;
            self.courses.retain(|_, course| course.sum(step).failed > 0);
        }
    }
}

impl Course {
    fn add(&mut self, step: u64, ends: Ends) {
        *self = self.moved_to(step);
        let sum = &mut self.steps[place(step)];
        *sum = sum.and(ends);
    }

    fn sum(self, step: u64) -> Ends {
        let steps = self.moved_to(step).steps.into_iter();
        steps.fold(Ends::default(), Ends::and)
    }

    /// Its steps up to `step`, the oldest first.
    fn until(self, step: u64) -> impl Iterator<Item = Ends> {
        let steps = self.moved_to(step).steps;
        // The place after the latest is the oldest one's.
        (1..=STEPS).map(move |after| steps[(place(step) + after) % STEPS])
    }

    /// The same at a later step: what it goes back to no more is empty.
    fn moved_to(mut self, step: u64) -> Self {
        for missed in (self.latest + 1..=step).take(STEPS) {
            self.steps[place(missed)] = Ends::default();
        }
        self.latest = self.latest.max(step);
        self
    }
}

impl Ends {
    fn of(delta: &Delta) -> Self {
        let sum = |count: fn(&Delta, Transport) -> u64| -> u32 {
            let all: u64 = Transport::ALL.iter().map(|it| count(delta, *it)).sum();
            u32::try_from(all).unwrap_or(u32::MAX)
        };
        let failed = sum(Delta::connections_failed);
        Self {
            all: sum(Delta::connections_ok).saturating_add(failed),
            failed,
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            all: self.all.saturating_add(other.all),
            failed: self.failed.saturating_add(other.failed),
        }
    }

    fn percent_failed(self) -> Option<u8> {
        let percent = u64::from(self.failed) * 100 / u64::from(self.all.max(1));
        (self.all > 0).then(|| u8::try_from(percent).unwrap_or(100))
    }
}

/// Whether one of its destinations failed that is known to be alive.
fn has_failed_trial(delta: &Delta) -> bool {
    failures().any(|verdict| delta.trials[verdict.index()] > 0)
}

const fn step(now: Moment) -> u64 {
    now.monotonic.as_secs() / STEP_S
}

fn place(step: u64) -> usize {
    usize::try_from(step % STEPS as u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use detector_common::verdict::Verdict;
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment {
            monotonic: Duration::from_secs(seconds),
            wall: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn ended(ok: u32, failed: u32) -> Delta {
        let mut delta = Delta::quiet("198.18.0.0/24");
        delta.verdicts[Verdict::Ok.index()] = ok;
        delta.verdicts[Verdict::SynTimeout.index()] = failed;
        delta.trials[Verdict::SynTimeout.index()] = failed;
        delta
    }

    fn shares(lately: &Lately, seconds: u64) -> Vec<Option<u8>> {
        lately.shares(at(seconds), &"198.18.0.0/24".parse().unwrap())
    }

    #[test]
    fn a_prefix_is_followed_from_its_first_failure_for_five_minutes() {
        let mut lately = Lately::default();
        lately.note(at(1_000), &[ended(9, 0)]);
        assert_eq!(lately.sums(at(1_000)).count(), 0);
        lately.note(at(1_001), &[ended(1, 3)]);
        lately.note(at(1_025), &[ended(4, 0)]);
        let (_, sum) = lately.sums(at(1_030)).next().unwrap();
        assert_eq!((sum.all, sum.failed), (8, 3));
        let shares = shares(&lately, 1_050);
        assert_eq!(shares.len(), STEPS);
        assert_eq!(&shares[12..], [Some(75), Some(0), None]);
        lately.note(at(1_299), &[]);
        assert_eq!(lately.sums(at(1_299)).count(), 1);
        lately.note(at(1_300), &[]);
        assert!(lately.courses.is_empty());
    }

    #[test]
    fn where_everything_fails_no_more_are_followed_than_there_is_room_for() {
        let mut lately = Lately::default();
        let failed = ended(0, 1);
        let all: Vec<Delta> = (0..5_000_u32)
            .map(|number| Delta {
                prefix: format!("10.{}.{}.0/24", number >> 8, number & 255)
                    .parse()
                    .unwrap(),
                ..failed.clone()
            })
            .collect();
        lately.note(at(7), &all);
        assert_eq!(lately.sums(at(7)).count(), MOST);
    }

    proptest! {
        #[test]
        fn a_course_is_the_last_steps_of_all_that_happened(
            happened in prop::collection::vec((0_u64..90, 0_u32..50, 0_u32..50), 1..60),
            later in 0_u64..400,
        ) {
            let (mut course, mut now) = (Course::default(), 1_000);
            let mut all = Vec::new();
            for (gap, ok, failed) in happened {
                now += gap;
                course.add(now / STEP_S, Ends { all: ok + failed, failed });
                all.push((now / STEP_S, failed));
            }
            let step = (now + later) / STEP_S;
            let is_young = |at: &u64| step - at < STEPS as u64;
            let expected: u32 = all.iter().filter(|(at, _)| is_young(at)).map(|(_, failed)| failed).sum();
            prop_assert_eq!(course.sum(step).failed, expected);
        }
    }
}
