use super::*;
use crate::simulation::parameters::Event;

/// Small, so that an hour takes a moment, and without trouble but for lost connections.
fn quiet_world() -> World {
    let never = |event: Event| Event {
        every: Duration::from_hours(1_000_000_000),
        ..event
    };
    let world = World::DEFAULT;
    World {
        prefixes: 30,
        clusters: 5,
        never_alive: 0.0,
        host_death: never(world.host_death),
        overload: never(world.overload),
        hoster_outage: never(world.hoster_outage),
        group_outage: never(world.group_outage),
        uplink_cut: never(world.uplink_cut),
        brown_out: never(world.brown_out),
        ..world
    }
}

fn outcomes(gateway: &mut Gateway, minutes: usize) -> Vec<Outcome> {
    let seconds = (0..minutes * 60).map(|_| gateway.second());
    seconds.flat_map(|second| second.outcomes).collect()
}

#[test]
fn the_same_seed_plays_the_same_and_another_does_not() {
    let play = |seed| {
        let mut gateway = Gateway::new(&World::DEFAULT, seed, Duration::from_hours(1));
        let outcomes = outcomes(&mut gateway, 5);
        let times: Vec<_> = outcomes.iter().map(|it| (it.at, it.prefix)).collect();
        times
    };
    assert_eq!(play(1), play(1));
    assert_ne!(play(1), play(2));
}

#[test]
fn without_trouble_one_connection_in_a_hundred_and_forty_fails() {
    let mut gateway = Gateway::new(&quiet_world(), 3, Duration::from_hours(1));
    let outcomes = outcomes(&mut gateway, 60);
    // The first hour of a day is a little busier than the mean of the day.
    assert!(
        (5_300..6_200).contains(&outcomes.len()),
        "{}",
        outcomes.len()
    );
    let failed = outcomes.iter().filter(|it| !it.is_ok).count() * 1_000 / outcomes.len();
    assert!((4..11).contains(&failed), "{failed} in a thousand");
}

#[test]
fn a_block_takes_its_prefix_alone_is_told_and_brings_the_clients_back() {
    let mut gateway = Gateway::new(&quiet_world(), 4, Duration::from_hours(1));
    let prefix = gateway.geography.by_rank[0];
    let before = outcomes(&mut gateway, 30);
    gateway.block = Some(Block { prefix, share: 1.0 });
    let seconds: Vec<Second> = (0..600).map(|_| gateway.second()).collect();
    let net = gateway.geography.prefixes[prefix];
    let mut notices = seconds.iter().flat_map(|second| &second.notices);
    assert!(notices.any(|it| it.range.is_some_and(|range| range.contains(&net))));
    // Those that were under way have ended a minute later.
    let during: Vec<_> = seconds
        .iter()
        .skip(60)
        .flat_map(|it| &it.outcomes)
        .collect();
    let of = |is_own: bool| {
        during
            .iter()
            .filter(move |it| (it.prefix == prefix) == is_own)
    };
    assert!(of(true).all(|it| !it.is_ok));
    assert!(of(false).filter(|it| !it.is_ok).count() * 50 < of(false).count());
    let usual = before.iter().filter(|it| it.prefix == prefix).count() / 30;
    assert!(
        of(true).count() > 2 * 9 * usual,
        "{} after {usual}",
        of(true).count()
    );
}
