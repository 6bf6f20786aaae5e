//! From the costs of all rounds to one line for each program.

use super::{
    program_under_test::{PROGRAMS, REFERENCE},
    run::Cost,
};

/// What a program costs, over all rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Summary {
    /// Nanoseconds of a core for each packet.
    pub(crate) packet_ns: Spread,
    /// The same in those of the reference, round by round.
    pub(crate) ratio: Spread,
    /// The largest resident set of all rounds, in KiB.
    pub(crate) resident_kib: u64,
}

/// The middle of some numbers and their ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

impl Summary {
    /// One for each program, in their order.
    pub(crate) fn of_each(
        rounds: &[[Cost; PROGRAMS.len()]],
        packets: usize,
    ) -> [Self; PROGRAMS.len()] {
        std::array::from_fn(|program| {
            let costs = || {
                rounds
                    .iter()
                    .map(move |round| (round[program], round[REFERENCE]))
            };
            Self {
                packet_ns: Spread::of(costs().map(|(own, _)| own.cpu_s * 1e9 / as_f64(packets))),
                ratio: Spread::of(costs().map(|(own, reference)| own.cpu_s / reference.cpu_s)),
                resident_kib: costs().map(|(own, _)| own.resident_kib).max().unwrap_or(0),
            }
        })
    }
}

impl Spread {
    /// Of an odd number of numbers; of an even one, the upper of the two in the middle.
    fn of(numbers: impl Iterator<Item = f64>) -> Self {
        let mut numbers: Vec<f64> = numbers.collect();
        numbers.sort_by(f64::total_cmp);
        let at = |index: usize| numbers.get(index).copied().unwrap_or(f64::NAN);
        Self {
            least: at(0),
            median: at(numbers.len() / 2),
            most: at(numbers.len().saturating_sub(1)),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 packets")]
const fn as_f64(packets: usize) -> f64 {
    packets as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(cpu_s: [f64; PROGRAMS.len()]) -> [Cost; PROGRAMS.len()] {
        cpu_s.map(|cpu_s| Cost {
            cpu_s,
            resident_kib: if cpu_s > 4.0 { 9 } else { 5 },
        })
    }

    #[test]
    fn the_median_is_not_moved_by_one_round_that_was_disturbed() {
        let spread = Spread::of([3.0, 90.0, 1.0, 2.0, 2.5].into_iter());
        assert_eq!(
            spread,
            Spread {
                least: 1.0,
                median: 2.5,
                most: 90.0
            }
        );
    }

    #[test]
    fn ratios_are_of_one_round_so_that_a_slow_one_changes_none() {
        let rounds = [
            round([2.0, 3.0, 1.0, 8.0]),
            round([4.0, 6.0, 2.0, 16.0]),
            round([2.0, 3.0, 1.0, 8.0]),
        ];
        let [replay, _, reference, _] = Summary::of_each(&rounds, 1_000_000_000);
        assert_eq!(replay.ratio, Spread::of([2.0].into_iter()));
        assert_eq!(reference.ratio, Spread::of([1.0].into_iter()));
        assert!((replay.packet_ns.median - 2.0).abs() < 1e-9);
        assert!((replay.packet_ns.most - 4.0).abs() < 1e-9);
    }

    #[test]
    fn the_resident_set_is_the_largest_of_all_rounds() {
        let rounds = [round([1.0; 4]), round([5.0; 4]), round([1.0; 4])];
        assert_eq!(Summary::of_each(&rounds, 1)[0].resident_kib, 9);
    }
}
