//! When the watch takes its turns: once a second of the capture's own time.

use detector_common::time::Nanos;

const POLL: Nanos = Nanos::from_secs(1);
/// Turns taken in a gap between two packets; everything that waits for time to pass waits less.
const MOST_IN_A_GAP: u64 = 120;

/// The turns that are due.
#[derive(Debug, Default)]
pub(super) struct Ticks {
    next: Option<Nanos>,
}

impl Ticks {
    /// The turns to take before the packet at `now`, in order. A clock that steps back takes none.
    pub(super) fn due(&mut self, now: Nanos) -> impl Iterator<Item = Nanos> + use<> {
        let next = self.next.unwrap_or_else(|| after(now, 1));
        let due = match now.0.checked_sub(next.0) {
            Some(late) => late / POLL.0 + 1,
            None => 0,
        };
        self.next = Some(after(next, due));
        (0..due.min(MOST_IN_A_GAP)).map(move |turn| after(next, turn))
    }

    /// The turns to take after the last packet: the first may see something new, and the second
    /// that it has settled.
    pub(super) fn last(&self) -> impl Iterator<Item = Nanos> + use<> {
        self.next
            .into_iter()
            .flat_map(|next| [next, after(next, 1)])
    }
}

const fn after(time: Nanos, turns: u64) -> Nanos {
    Nanos(time.0.saturating_add(POLL.0.saturating_mul(turns)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(ticks: &mut Ticks, millis: u64) -> Vec<u64> {
        let due = ticks.due(Nanos::from_millis(millis));
        due.map(|at| at.0 / 1_000_000).collect()
    }

    #[test]
    fn a_turn_is_due_each_second_after_the_first_packet() {
        let mut ticks = Ticks::default();
        assert!(due(&mut ticks, 10_500).is_empty());
        assert!(due(&mut ticks, 11_499).is_empty());
        assert_eq!(due(&mut ticks, 11_500), [11_500]);
        assert_eq!(due(&mut ticks, 14_000), [12_500, 13_500]);
        assert!(ticks.last().eq([14_500, 15_500].map(Nanos::from_millis)));
    }

    #[test]
    fn a_long_gap_takes_a_bounded_number_of_turns_and_keeps_the_rhythm() {
        let mut ticks = Ticks::default();
        due(&mut ticks, 0);
        let year = 365 * 24 * 3_600_000;
        let turns = due(&mut ticks, year + 1);
        assert_eq!((turns.len(), turns[0], turns[119]), (120, 1_000, 120_000));
        assert_eq!(due(&mut ticks, year + 1_000), [year + 1_000]);
    }

    #[test]
    fn a_clock_that_steps_back_takes_no_turn_twice() {
        let mut ticks = Ticks::default();
        due(&mut ticks, 5_000);
        assert_eq!(due(&mut ticks, 6_000), [6_000]);
        assert!(due(&mut ticks, 1_000).is_empty());
        assert_eq!(due(&mut ticks, 7_000), [7_000]);
    }

    #[test]
    fn the_end_of_time_is_reached_in_bounded_time() {
        let mut ticks = Ticks::default();
        due(&mut ticks, 0);
        assert_eq!(ticks.due(Nanos(u64::MAX)).count(), 120);
        assert!(ticks.due(Nanos(u64::MAX)).count() <= 120);
    }
}
