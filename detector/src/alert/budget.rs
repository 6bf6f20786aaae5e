//! How many lines may be told: whatever happens, nobody is to read more than sixty a minute.

use std::{collections::VecDeque, time::Duration};

use crate::moment::Moment;

const SPAN: Duration = Duration::from_mins(1);
/// Of sixty lines a minute some are left to what is no alert: signs of life, and full maps.
const LINES: usize = 52;

/// When the latest lines were told.
#[derive(Debug, Default)]
pub(super) struct Budget(VecDeque<Duration>);

impl Budget {
    /// How many lines may be told now.
    pub(super) fn left(&mut self, now: Moment) -> usize {
        while self
            .0
            .front()
            .is_some_and(|at| now.monotonic.saturating_sub(*at) >= SPAN)
        {
            self.0.pop_front();
        }
        LINES.saturating_sub(self.0.len())
    }

    /// Notes lines that were told.
    pub(super) fn spend(&mut self, now: Moment, lines: usize) {
        self.0.extend(std::iter::repeat_n(now.monotonic, lines));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Moment {
        Moment {
            monotonic: Duration::from_secs(second),
            wall: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn no_minute_has_more_lines_than_the_budget() {
        let mut budget = Budget::default();
        budget.spend(at(10), LINES - 2);
        budget.spend(at(40), 2);
        assert_eq!(budget.left(at(69)), 0);
        assert_eq!(budget.left(at(70)), LINES - 2);
        assert_eq!(budget.left(at(100)), LINES);
    }
}
