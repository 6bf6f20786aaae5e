//! In what order programs are measured, so that none has a place of its own.

use super::{program_under_test::PROGRAMS, run::Cost};

/// Those before it take turns; it comes when they are done. It takes a gigabyte and half a minute, and whatever runs
/// right behind it would be measured on another machine.
const HEAVY: usize = PROGRAMS.len() - 1;

/// The program of each run, for so many rounds and a first one that does not count. Every round begins with another.
pub(crate) fn order(rounds: usize) -> impl Iterator<Item = usize> {
    let light = (0..=rounds).flat_map(|round| (0..HEAVY).map(move |turn| (round + turn) % HEAVY));
    light.chain(std::iter::repeat_n(HEAVY, rounds + 1))
}

/// The costs of all rounds that count, from those of each program in their order.
pub(crate) fn rounds(
    costs: &[Vec<Cost>; PROGRAMS.len()],
    rounds: usize,
) -> Vec<[Cost; PROGRAMS.len()]> {
    (1..=rounds)
        .map(|round| std::array::from_fn(|program| costs[program][round]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_runs_in_every_round_and_the_heavy_one_behind_all_others() {
        let order: Vec<usize> = order(2).collect();
        assert_eq!(order, [0, 1, 2, 1, 2, 0, 2, 0, 1, 3, 3, 3]);
    }

    #[test]
    fn the_first_round_does_not_count() {
        let cost = |cpu_s| Cost {
            cpu_s,
            resident_kib: 0,
        };
        let costs = [1.0, 2.0, 3.0, 4.0].map(|program| {
            let rounds = [9.0, 0.1, 0.2];
            rounds.map(|round| cost(program + round)).to_vec()
        });
        let expected = [0.1, 0.2].map(|round| [1.0, 2.0, 3.0, 4.0].map(|it| cost(it + round)));
        assert_eq!(rounds(&costs, 2), expected);
    }
}
