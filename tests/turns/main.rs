//! What a turn of the watch takes of the heap: nothing in proportion to the prefixes that are tracked, and nothing
//! for good.

mod rounds;

use std::time::{Duration, Instant};

use allocation_counter::{AllocationInfo, measure};

use self::rounds::{Ends, Rounds};

const SECOND: Duration = Duration::from_secs(1);
const TRACKED: u32 = 1 << 16;
/// Prefixes that change from turn to turn.
const CHANGED: u32 = 1_000;
/// Allocations of a turn in which one prefix in fifty comes under suspicion and as many leave it.
const FEW: u64 = 3 * (CHANGED / 50) as u64;

/// A watch that knows every prefix, a while after it first saw them.
fn settled(ends: Ends) -> Rounds {
    let mut rounds = Rounds::default();
    rounds.visit_known(TRACKED, ends);
    // The first words are forgotten meanwhile, and every prefix is visited once more.
    turns(&mut rounds, TRACKED / CHANGED + 34, ends);
    rounds
}

fn turns(rounds: &mut Rounds, turns: u32, ends: Ends) {
    for _ in 0..turns {
        rounds.visit_known(CHANGED, ends);
        rounds.turn(SECOND);
    }
}

/// What some seconds without any change take.
fn quiet(rounds: &mut Rounds, turns: u32) -> AllocationInfo {
    measure(|| (0..turns).for_each(|_| rounds.turn(SECOND)))
}

#[test]
fn what_is_kept_of_every_prefix_leaves_room_in_sixty_megabytes() {
    let mut rounds = Rounds::default();
    rounds.visit_known(TRACKED, Ends::Mixed);
    let kept = measure(|| turns(&mut rounds, TRACKED / CHANGED + 34, Ends::Mixed));
    println!("{kept:?}");
    assert_eq!(rounds.tracked(), 1 << 16);
    // Its counters take 272 more, for which there is room from the start.
    assert!(kept.bytes_current < i64::from(TRACKED) * 560, "{kept:?}");
}

#[test]
fn a_turn_without_a_change_allocates_nothing() {
    let mut rounds = settled(Ends::Mixed);
    assert_eq!(rounds.tracked(), 1 << 16);
    // The first ones still forget what those before them were told.
    quiet(&mut rounds, 20);
    let minutes = quiet(&mut rounds, 120);
    println!("{minutes:?}");
    assert_eq!(minutes.count_total, 0, "{minutes:?}");
}

#[test]
fn a_turn_with_a_thousand_changes_allocates_nothing_where_nothing_fails() {
    let mut rounds = settled(Ends::Well);
    let minutes = measure(|| turns(&mut rounds, 100, Ends::Well));
    println!("{minutes:?}");
    assert_eq!(minutes.count_total, 0, "{minutes:?}");
}

#[test]
fn a_turn_with_failures_allocates_for_what_is_suspected_alone_and_keeps_nothing() {
    let mut rounds = settled(Ends::Mixed);
    turns(&mut rounds, 100, Ends::Mixed);
    let later = measure(|| turns(&mut rounds, 100, Ends::Mixed));
    println!("{later:?}");
    assert!(later.count_total < 100 * FEW, "{later:?}");
    assert!(later.bytes_current < 100_000, "{later:?}");
}

#[test]
fn looking_for_the_worst_prefixes_takes_of_the_heap_by_what_is_told() {
    let mut rounds = settled(Ends::Mixed);
    let began = Instant::now();
    let looks = measure(|| (0..10).for_each(|_| assert_eq!(rounds.look(), 50)));
    println!("{looks:?}, {:?} a look", began.elapsed() / 10);
    assert!(looks.count_total < 10 * 200, "{looks:?}");
    assert_eq!(looks.bytes_current, 0, "{looks:?}");
    // Five minutes later nothing failed lately.
    rounds.turn(300 * SECOND);
    assert_eq!(rounds.look(), 0);
    let looks = measure(|| assert_eq!(rounds.look(), 0));
    assert_eq!(looks.count_total, 0, "{looks:?}");
}

#[test]
fn a_million_prefixes_come_and_go_and_nothing_is_left_of_them() {
    let mut rounds = Rounds::default();
    // In a crowd they go after ten minutes.
    let mut come = |prefixes: u32| {
        for _ in 0..prefixes / CHANGED {
            rounds.visit_new(CHANGED);
            rounds.turn(12 * SECOND);
        }
        rounds.tracked()
    };
    let mut tracked = 0;
    measure(|| tracked = come(400_000));
    let rest = measure(|| assert!(come(600_000).abs_diff(tracked) <= 5_000));
    println!("{tracked} tracked, {rest:?}");
    // A prefix takes some 300 bytes in one place alone.
    assert!(rest.bytes_current < 1_000_000, "{rest:?}");
}
