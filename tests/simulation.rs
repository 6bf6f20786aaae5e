//! What the simulated gateway shows within seconds; `cargo xtask simulate` measures the rest.

use detector::judge::cusum::Cusum;
use detector_tests::{
    measured, parallel,
    simulation::{
        World,
        crowd::{BLOCKED, Crowd},
        poisoning::{Deed, Scheme, play},
        roll_up::RollUp,
    },
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

/// Somebody has every so many-th connection fail for a long time, evenly so that it is no alarm; then all is blocked.
/// What is learnt as ordinary has a bound, and so has what that is worth.
#[test]
fn a_baseline_that_somebody_raised_delays_an_alarm_by_a_few_trials() {
    let every = [None, Some(10), Some(5), Some(3)];
    let trials = every.map(|every| {
        let mut cusum = Cusum::default();
        for trial in 1..=10_000_u64 {
            let fails = every.is_some_and(|every| trial % every == 0);
            cusum.observe(u64::from(!fails), u64::from(fails));
            assert!(!cusum.is_alarmed(), "one in {every:?}, at trial {trial}");
        }
        let mut alarm = (1..).skip_while(|_| {
            cusum.observe(0, 1);
            !cusum.is_alarmed()
        });
        alarm.next().unwrap_or(u64::MAX)
    });
    let [nothing, tenth, fifth, third] = trials;
    measured(
        "a_baseline_that_somebody_raised_delays_an_alarm_by_a_few_trials",
        format_args!(
            "an alarm after {nothing} trials that fail, {tenth} where one in ten has failed before, {fifth} where one in \
             five has, {third} where one in three has"
        ),
    );
    assert!(trials.is_sorted() && third <= 12, "{trials:?}");
}

/// In these worlds; `cargo xtask poison` measures where the limits are.
#[test]
fn who_owns_a_tenth_of_a_prefix_hides_no_block_and_forges_none_nor_does_one_host_that_fails() {
    let schemes = [
        (Deed::Hide, 3, 10),
        (Deed::Forge, 3, 10),
        (Deed::Frame, 0, 10),
        (Deed::Forge, 1, 90),
    ];
    let schemes = schemes.map(|(deed, hosts, percent)| Scheme {
        deed,
        hosts,
        percent,
    });
    // Fewer of everything take less time; a prefix of such a rank has half of its usual traffic.
    let world = World {
        prefixes: 60,
        clusters: 10,
        connections_per_hour: 2_000,
        ..World::DEFAULT
    };
    let played = parallel::map(vec![1, 2], |seed| play(&world, seed, &schemes));
    for (scheme, is_told) in played.concat() {
        assert_eq!(is_told, scheme.deed == Deed::Hide, "{scheme:?}");
    }
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
