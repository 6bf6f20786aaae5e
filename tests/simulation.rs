//! What the simulated gateway shows within seconds; `cargo xtask simulate` measures the rest.

use detector_tests::simulation::{
    crowd::{BLOCKED, Crowd},
    roll_up::RollUp,
};

/// Lines that the alerts may take in all, in any minute.
const LINES: usize = 60;
/// Of the claimed addresses, how many may be not blocked.
const WRONG: f64 = 0.01;

#[test]
fn ten_thousand_networks_blocked_at_once_are_told_exactly_and_in_few_lines() {
    let crowd = Crowd::play(1, 5);
    let (mean, most) = crowd.turn;
    println!(
        "a turn with {} prefixes: {mean:?} in the mean, {most:?} at most",
        BLOCKED + crowd.working
    );
    println!("lines in each minute: {:?}", crowd.lines);
    assert_eq!(crowd.members, BLOCKED);
    assert_eq!(crowd.firing, crowd.open);
    assert!(
        crowd.lines.iter().all(|lines| *lines <= LINES),
        "{:?}",
        crowd.lines
    );
}

#[test]
fn the_ranges_of_2018_are_claimed_without_their_surroundings() {
    for seen in [2, 8] {
        for seed in 0..2 {
            let roll_up = RollUp::play(seed, seen);
            println!("{seen} seen, seed {seed}: {roll_up:?}");
            assert!(
                roll_up.wrong <= WRONG,
                "{seen} seen, seed {seed}: {roll_up:?}"
            );
        }
    }
}
