use detector_common::{
    address::Address, destination::DestinationState, maps::DESTINATION_CAPACITY,
};
use jiff::Timestamp;

use super::*;
use crate::engine::Engine;

const TODAY_S: i64 = 1_795_000_000;
const DAY: u64 = 24 * 3_600;

fn at(wall_s: i64) -> Moment {
    Moment {
        monotonic: Duration::from_secs(u64::try_from(wall_s).unwrap()),
        wall: Timestamp::from_second(wall_s).unwrap(),
    }
}

fn key(number: u32) -> DestinationKey {
    DestinationKey {
        address: Address::from_v4_bits(number),
        port: 443,
        protocol: 6,
        zero: 0,
    }
}

fn remembered(number: u32, age_s: i64) -> Remembered {
    Remembered {
        key: key(number),
        asked_s: TODAY_S - age_s,
        min_rtt_us: 25_000,
        ttl: 57,
        dont_fragment: true,
    }
}

/// An engine and a memory that recalled `known` today, when the machine had run for `uptime_s`.
fn recalled(known: Vec<Remembered>, uptime_s: u64) -> (Engine, Memory) {
    let mut engine = Engine::new(Tuning::DEFAULT);
    let mut memory = Memory::new(DESTINATION_CAPACITY);
    let clock = Nanos::from_secs(uptime_s);
    memory
        .recall(&mut engine, known, at(TODAY_S), clock)
        .unwrap();
    (engine, memory)
}

fn thinned(
    engine: &mut Engine,
    memory: &mut Memory,
    wall_s: i64,
    uptime_s: u64,
) -> Vec<Remembered> {
    let clock = Nanos::from_secs(uptime_s);
    memory.thin(engine, at(wall_s), clock).unwrap();
    memory.left.take().unwrap()
}

fn days(count: u64) -> i64 {
    i64::try_from(count * DAY).unwrap()
}

#[test]
fn a_destination_not_asked_for_in_seven_days_is_forgotten() {
    let known = vec![
        remembered(1, 5),
        remembered(2, days(6)),
        remembered(3, days(8)),
    ];
    let (mut engine, mut memory) = recalled(known, 30 * DAY);
    assert_eq!(engine.tables.destinations.known.entries.len(), 2);
    let left = thinned(&mut engine, &mut memory, TODAY_S + days(2), 32 * DAY);
    assert_eq!(left, [remembered(1, 5)]);
    assert_eq!(engine.tables.destinations.known.entries.len(), 1);
}

#[test]
fn ages_are_not_lost_when_the_machine_restarts() {
    let known = vec![remembered(1, days(3)), remembered(2, 10)];
    let (mut engine, mut memory) = recalled(known.clone(), 60);
    let mut left = thinned(&mut engine, &mut memory, TODAY_S, 60);
    left.reverse();
    assert_eq!(left, known);
    // And once more: four days and a second later the elder one's time is over.
    let (mut engine, mut memory) = recalled(left, 30);
    let left = thinned(
        &mut engine,
        &mut memory,
        TODAY_S + days(4) + 1,
        30 + 4 * DAY + 1,
    );
    assert_eq!(left, [remembered(2, 10)]);
}

#[test]
fn a_destination_that_is_asked_again_is_young_again() {
    let (mut engine, mut memory) = recalled(vec![remembered(1, days(3))], 60);
    let entries = &mut engine.tables.destinations.known.entries;
    let state = entries.get_mut(&key(1)).unwrap();
    state.syn(Nanos::from_secs(5 * DAY), &Tuning::DEFAULT);
    let left = thinned(&mut engine, &mut memory, TODAY_S + days(6), 6 * DAY + 60);
    assert_eq!(left[0].asked_s, TODAY_S + days(5) - 60);
}

#[test]
fn what_the_kernel_knows_already_is_not_overwritten() {
    let fresh = DestinationState {
        last_syn: Nanos::from_secs(99),
        silent_syns: 2,
        answered: 1,
        ..DestinationState::default()
    };
    let mut engine = Engine::new(Tuning::DEFAULT);
    engine.remember_destination(&key(1), &fresh).unwrap();
    let clock = Nanos::from_secs(100);
    let known = vec![remembered(1, 10)];
    Memory::new(DESTINATION_CAPACITY)
        .recall(&mut engine, known, at(TODAY_S), clock)
        .unwrap();
    assert_eq!(engine.tables.destinations.known.entries[&key(1)], fresh);
}

#[test]
fn a_full_file_leaves_a_quarter_of_the_room_to_what_is_new() {
    let known = (0..DESTINATION_CAPACITY + 9).map(|number| remembered(number, number.into()));
    let (engine, _memory) = recalled(known.rev().collect(), 30 * DAY);
    let entries = &engine.tables.destinations.known.entries;
    assert_eq!(
        (entries.len(), engine.tables.destinations.known.refused),
        (DESTINATION_CAPACITY as usize / 4 * 3, 0)
    );
    assert!(entries.contains_key(&key(0)) && !entries.contains_key(&key(DESTINATION_CAPACITY)));
}

#[test]
fn a_crowded_memory_is_halved_from_its_oldest_end() {
    let known = (0..DESTINATION_CAPACITY).map(|number| remembered(number, number.into()));
    let (mut engine, mut memory) = recalled(known.collect(), 30 * DAY);
    let left = thinned(&mut engine, &mut memory, TODAY_S, 30 * DAY);
    assert_eq!(left.len(), DESTINATION_CAPACITY as usize / 2);
    assert!(
        left.iter()
            .all(|it| it.age_s(at(TODAY_S)) < i64::from(DESTINATION_CAPACITY) / 2)
    );
    assert_eq!(
        engine.tables.destinations.known.entries.len(),
        DESTINATION_CAPACITY as usize / 2
    );
}

#[test]
fn ttls_that_meant_nothing_before_a_restart_mean_nothing_after_it() {
    let mut known: Vec<_> = (0..60).map(|number| remembered(number << 8, 0)).collect();
    assert!(vantage(&known, &Tuning::DEFAULT).levels_ttl());
    known[0].ttl = 52;
    assert!(!vantage(&known, &Tuning::DEFAULT).levels_ttl());
}

#[test]
fn thinning_comes_round_every_ten_minutes() {
    let mut memory = Memory::new(DESTINATION_CAPACITY);
    let due = [0, 599, 600, 601, 1_199, 1_200].map(|second| memory.is_due(at(TODAY_S + second)));
    assert_eq!(due, [false, false, true, false, false, true]);
}
