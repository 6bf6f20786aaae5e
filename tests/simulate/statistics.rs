//! What many delays say, where some never ended.

use std::time::Duration;

/// Delays of some episodes, the shortest first; an episode that was never found has none.
#[derive(Clone, Debug)]
pub(crate) struct Delays(Vec<Option<Duration>>);

impl Delays {
    pub(crate) fn new(delays: impl Iterator<Item = Option<Duration>>) -> Self {
        let mut delays: Vec<_> = delays.collect();
        delays.sort_by_key(|delay| delay.unwrap_or(Duration::MAX));
        Self(delays)
    }

    /// So many of a hundred took no longer, in minutes; `None` where these include some never found.
    pub(crate) fn percentile(&self, percent: usize) -> Option<f64> {
        let position = (self.0.len() * percent).div_ceil(100).checked_sub(1)?;
        let delay = self.0.get(position).copied().flatten()?;
        Some(delay.as_secs_f64() / 60.0)
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// How many of a hundred were never found.
    pub(crate) fn never(&self) -> usize {
        let never = self.0.iter().filter(|delay| delay.is_none()).count();
        (never * 100).checked_div(self.0.len()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(minutes: &[u64]) -> Delays {
        Delays::new(
            minutes
                .iter()
                .map(|it| (*it > 0).then(|| Duration::from_mins(*it))),
        )
    }

    #[test]
    fn the_median_and_the_ninth_decile_are_delays_that_were_measured() {
        let delays = minutes(&[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(
            (delays.percentile(50), delays.percentile(90)),
            (Some(5.0), Some(9.0))
        );
    }

    #[test]
    fn what_was_never_found_took_longest() {
        let delays = minutes(&[0, 3, 2, 0]);
        assert_eq!(
            (delays.percentile(50), delays.percentile(90)),
            (Some(3.0), None)
        );
        assert_eq!(delays.never(), 50);
    }
}
