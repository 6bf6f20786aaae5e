//! What the simulated gateway shows within seconds; `cargo xtask simulate` measures the rest.

use detector_tests::simulation::{
    crowd::{BLOCKED, Crowd},
    roll_up::RollUp,
};

/// Lines that the alerts may take in all, in any minute.
const LINES: usize = 60;
/// Of the claimed addresses, how many may be not blocked.
const WRONG: f64 = 0.01;

/// Of the blocked ranges, how much must be claimed where four destinations of each are in use.
const RECALL: f64 = 0.65;

#[test]
fn ten_thousand_networks_blocked_at_once_are_told_exactly_and_in_few_lines() {
    let crowd = Crowd::play(1, 4);
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
    let seeds = 8_u32;
    let roll_ups: Vec<RollUp> = (0..seeds)
        .map(|seed| RollUp::play(seed.into(), 4))
        .collect();
    let mean = |of: fn(&RollUp) -> f64| roll_ups.iter().map(of).sum::<f64>() / f64::from(seeds);
    let recall = mean(|it| it.recall_of_ranges);
    println!("recall {recall:.2}");
    assert!(recall >= RECALL, "{recall}");
    assert!(roll_ups.iter().all(|it| it.wrong <= WRONG), "{roll_ups:#?}");
}
