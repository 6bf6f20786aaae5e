//! When a state file is due.

use std::time::Duration;

use crate::moment::Moment;

/// However much there is to tell, a file is not written more often.
const BREATHER: Duration = Duration::from_secs(5);

/// One file's turn comes at once where there is news, but for a breather after the last, else a
/// while after the last.
#[derive(Debug)]
pub struct Keeper {
    every: Duration,
    kept_at: Option<Duration>,
    has_news: bool,
}

impl Keeper {
    /// A file whose turn comes at least `every` so often.
    pub const fn every(every: Duration) -> Self {
        Self {
            every,
            kept_at: None,
            has_news: false,
        }
    }

    /// Whether the turn has come; if so, the next is later. The first call begins the while.
    pub fn is_due(&mut self, now: Moment, is_news: bool) -> bool {
        let is_first = self.kept_at.is_none();
        let kept_at = *self.kept_at.get_or_insert(now.monotonic);
        self.has_news |= is_news;
        let span = now.monotonic.saturating_sub(kept_at);
        let is_rested = is_first || span >= BREATHER;
        let is_due = (self.has_news && is_rested) || span >= self.every;
        if is_due {
            self.kept_at = Some(now.monotonic);
            self.has_news = false;
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment {
            monotonic: Duration::from_secs(seconds),
            wall: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    /// The seconds of ten minutes in which a turn comes.
    fn turns(news: &[u64]) -> Vec<u64> {
        let mut keeper = Keeper::every(Duration::from_mins(1));
        (1_000..1_200)
            .filter(|second| keeper.is_due(at(*second), news.contains(second)))
            .collect()
    }

    #[test]
    fn without_news_a_turn_comes_once_a_while() {
        assert_eq!(turns(&[]), [1_060, 1_120, 1_180]);
    }

    #[test]
    fn news_is_kept_at_once_but_for_a_breather_and_begins_the_while_anew() {
        assert_eq!(
            turns(&[1_000, 1_030, 1_031, 1_033]),
            [1_000, 1_030, 1_035, 1_095, 1_155]
        );
    }

    #[test]
    fn time_that_goes_back_is_no_time() {
        let mut keeper = Keeper::every(Duration::from_mins(1));
        assert!(!keeper.is_due(at(1_000), false));
        assert!(!keeper.is_due(at(10), false));
        assert!(keeper.is_due(at(1_060), false));
    }
}
