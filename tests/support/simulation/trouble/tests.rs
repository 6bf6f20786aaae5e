use super::*;

const SPAN: Duration = Duration::from_hours(24 * 100);

fn world() -> (Geography, Troubles) {
    let mut chance = Chance::new(5);
    let geography = Geography::new(&World::DEFAULT, &mut chance);
    let troubles = Troubles::plan(&World::DEFAULT, &geography, SPAN, &mut chance);
    (geography, troubles)
}

#[test]
fn outages_come_as_often_as_they_should() {
    let (_, troubles) = world();
    let count = |cause| troubles.of(&[cause]).count();
    assert!((300..420).contains(&count(Cause::HosterOutage)));
    assert!((40..80).contains(&count(Cause::UplinkCut)));
    assert!((18..45).contains(&count(Cause::BrownOut)));
    assert!((6..25).contains(&count(Cause::GroupOutage)));
}

#[test]
fn a_group_lies_within_one_cluster() {
    let (geography, troubles) = world();
    for trouble in troubles.of(&[Cause::GroupOutage]) {
        let Scope::Prefixes(prefixes) = trouble.scope.clone() else {
            panic!("{trouble:?}");
        };
        let clusters = &geography.clusters[prefixes];
        assert!(
            clusters.iter().all(|cluster| cluster == &clusters[0]),
            "{clusters:?}"
        );
    }
}

#[test]
fn trouble_stops_what_it_befalls_while_it_is_on() {
    let (from, until) = (Duration::from_secs(10), Duration::from_secs(20));
    let trouble = Trouble {
        cause: Cause::HosterOutage,
        scope: Scope::Prefixes(3..5),
        from,
        until,
    };
    let mut troubles = Troubles {
        all: vec![trouble],
        ..Troubles::default()
    };
    let fate = Fate {
        is_lost: false,
        luck: 0.9,
    };
    let mut passes = |second, prefix| {
        troubles.advance(Duration::from_secs(second));
        troubles.let_through((0, prefix), fate, &World::DEFAULT, &mut Chance::new(0))
    };
    assert!(passes(9, 4));
    assert!(!passes(10, 4));
    assert!(passes(10, 5));
    assert!(passes(20, 4));
}

#[test]
fn an_overloaded_server_lets_half_of_its_connections_fail_from_first_to_last() {
    let scope = Scope::Destination(7);
    let (from, until) = (Duration::ZERO, Duration::MAX);
    let trouble = Trouble {
        cause: Cause::Overload,
        scope,
        from,
        until,
    };
    let mut troubles = Troubles {
        all: vec![trouble],
        ..Troubles::default()
    };
    troubles.advance(Duration::ZERO);
    let mut chance = Chance::new(0);
    let passes = |luck, chance: &mut Chance| {
        let fate = Fate {
            is_lost: false,
            luck,
        };
        troubles.let_through((7, 0), fate, &World::DEFAULT, chance)
    };
    for _ in 0..20 {
        assert!(passes(0.5, &mut chance) && !passes(0.49, &mut chance));
    }
}

#[test]
fn a_host_that_died_for_good_is_asked_for_one_day_more() {
    let gone = |cause, position, until| Trouble {
        cause,
        scope: Scope::Destination(position),
        from: Duration::ZERO,
        until,
    };
    let day = World::DEFAULT.abandoned;
    let all = vec![
        gone(Cause::NeverAlive, 7, Duration::MAX),
        gone(Cause::HostDeath, 8, Duration::MAX),
        gone(Cause::HostDeath, 9, day * 10),
    ];
    let mut troubles = Troubles {
        all,
        ..Troubles::default()
    };
    let mut abandoned = |now| {
        troubles.advance(now);
        [7, 8, 9].map(|position| troubles.is_abandoned(position, &World::DEFAULT, now))
    };
    let second = Duration::from_secs(1);
    assert_eq!(abandoned(day.saturating_sub(second)), [false, false, false]);
    assert_eq!(abandoned(day), [false, true, false]);
}

#[test]
fn the_rarest_trouble_in_the_range_takes_the_blame() {
    let (geography, _) = world();
    let on = |cause, scope| Trouble {
        cause,
        scope,
        from: Duration::from_secs(100),
        until: Duration::from_secs(200),
    };
    let all = vec![
        on(Cause::HostDeath, Scope::Destination(0)),
        on(Cause::UplinkCut, Scope::Everything),
        on(Cause::HosterOutage, Scope::Prefixes(4..5)),
    ];
    let troubles = Troubles {
        all,
        ..Troubles::default()
    };
    let blame = |prefix: usize, from, until| {
        let times = (Duration::from_secs(from), Duration::from_secs(until));
        troubles.blame(&geography, &geography.prefixes[prefix], times)
    };
    assert_eq!(blame(4, 150, 160), Some(Cause::HosterOutage));
    assert_eq!(blame(5, 150, 160), Some(Cause::UplinkCut));
    assert_eq!(blame(5, 201, 260), None);
}
