//! The rule that one would write first, to compare with: in five minutes at least ten connections to a prefix, of
//! which at least half failed.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use super::gateway::Outcome;

const WINDOW: Duration = Duration::from_mins(5);
const CONNECTIONS: usize = 10;
/// An alert is over after so long without the rule being met.
const QUIET: Duration = Duration::from_hours(1);

/// The rule on every prefix.
#[derive(Debug, Default)]
pub struct Naive(HashMap<usize, Prefix>);

#[derive(Debug, Default)]
struct Prefix {
    recent: VecDeque<(Duration, bool)>,
    met_at: Option<Duration>,
}

impl Naive {
    /// Takes in a connection that ended, and says whether that fires an alert.
    pub fn observe(&mut self, outcome: &Outcome) -> bool {
        self.0
            .entry(outcome.prefix)
            .or_default()
            .observe(outcome.at, outcome.is_ok)
    }
}

impl Prefix {
    fn observe(&mut self, now: Duration, is_ok: bool) -> bool {
        self.recent.push_back((now, is_ok));
        while self
            .recent
            .front()
            .is_some_and(|(at, _)| now.saturating_sub(*at) >= WINDOW)
        {
            self.recent.pop_front();
        }
        let failed = self.recent.iter().filter(|(_, is_ok)| !is_ok).count();
        let count = self.recent.len();
        if count < CONNECTIONS || failed * 2 < count {
            return false;
        }
        let before = self.met_at.replace(now);
        before.is_none_or(|before| now.saturating_sub(before) >= QUIET)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Alerts for connections to one prefix, each a second and its end.
    fn alerts(connections: impl IntoIterator<Item = (u64, bool)>) -> Vec<u64> {
        let mut naive = Naive::default();
        let mut fires = move |second, is_ok| {
            let at = Duration::from_secs(second);
            naive.observe(&Outcome {
                prefix: 1,
                is_ok,
                at,
            })
        };
        connections
            .into_iter()
            .filter_map(|(second, is_ok)| fires(second, is_ok).then_some(second))
            .collect()
    }

    #[test]
    fn ten_connections_half_of_them_failed_are_an_alert_and_nine_are_none() {
        assert_eq!(alerts((0..10).map(|second| (second, second % 2 == 0))), [9]);
        assert!(alerts((0..9).map(|second| (second, false))).is_empty());
        assert!(alerts((0..10).map(|second| (second, second % 5 > 1))).is_empty());
    }

    #[test]
    fn what_is_five_minutes_old_counts_no_more() {
        assert_eq!(alerts((0..10).map(|number| (number * 33, false))), [297]);
        assert!(alerts((0..10).map(|number| (number * 34, false))).is_empty());
    }

    #[test]
    fn a_trouble_that_goes_on_is_one_alert_and_another_an_hour_later_a_second() {
        let trouble = |from: u64| (from..from + 600).map(|second| (second, false));
        assert_eq!(alerts(trouble(0).chain(trouble(3_000))), [9]);
        assert_eq!(alerts(trouble(0).chain(trouble(4_200))), [9, 4_209]);
    }
}
