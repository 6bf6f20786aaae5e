//! What goes wrong without any censor: planned ahead by chance, and asked for whenever something is sent.

use std::{ops::Range, time::Duration};

use ipnet::IpNet;

use super::{Chance, Geography, World, parameters::Event};

/// What it is. In the order in which an alert is put down to it: what befalls few first, and single hosts last,
/// because somewhere in a wide range one is always dead.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Cause {
    /// Neighbouring prefixes of one cluster are out.
    GroupOutage,
    /// One prefix is out.
    HosterOutage,
    /// Our uplink is cut.
    UplinkCut,
    /// Our uplink loses packets.
    BrownOut,
    /// A host is dead.
    HostDeath,
    /// A server lets half of its connections fail.
    Overload,
}

/// What it befalls.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scope {
    /// All there is.
    Everything,
    /// The prefixes at these positions.
    Prefixes(Range<usize>),
    /// The destination at this position.
    Destination(usize),
}

/// Trouble from one second to another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trouble {
    /// What it is.
    pub cause: Cause,
    /// What it befalls.
    pub scope: Scope,
    /// When it begins.
    pub from: Duration,
    /// When it is over.
    pub until: Duration,
}

/// What a connection is in for, whatever comes.
#[derive(Clone, Copy, Debug)]
pub struct Fate {
    /// Whether a passing fault takes all of it.
    pub is_lost: bool,
    /// Where it stands among the connections to an overloaded server, from 0 to 1.
    pub luck: f64,
}

/// All trouble of a world, and what of it is on.
#[derive(Clone, Debug, Default)]
pub struct Troubles {
    /// In the order of their beginnings.
    all: Vec<Trouble>,
    begun: usize,
    on: Vec<usize>,
}

/// Share of its connections that an overloaded server lets fail.
const OVERLOADED: f64 = 0.5;

impl Troubles {
    /// The trouble of a world within a span of time.
    pub fn plan(world: &World, geography: &Geography, span: Duration, chance: &mut Chance) -> Self {
        let mut plan = Plan {
            span,
            chance,
            all: Vec::new(),
        };
        plan.uplink(world);
        plan.prefixes(world, geography);
        plan.hosts(world, geography);
        let mut all = plan.all;
        all.sort_by_key(|trouble| trouble.from);
        Self {
            all,
            begun: 0,
            on: Vec::new(),
        }
    }

    /// Goes on to `now`.
    pub fn advance(&mut self, now: Duration) {
        while self.all.get(self.begun).is_some_and(|it| it.from <= now) {
            self.on.push(self.begun);
            self.begun += 1;
        }
        self.on.retain(|index| self.all[*index].until > now);
    }

    /// Whether what is sent to a destination is answered now.
    pub fn let_through(
        &self,
        (destination, prefix): (usize, usize),
        fate: Fate,
        world: &World,
        chance: &mut Chance,
    ) -> bool {
        let mut on = self.on.iter().map(|index| &self.all[*index]);
        !fate.is_lost
            && on.all(|trouble| {
                !trouble.scope.holds(destination, prefix)
                    || match trouble.cause {
                        Cause::Overload => fate.luck >= OVERLOADED,
                        Cause::BrownOut => !chance.happens(world.brown_out_loss),
                        _ => false,
                    }
            })
    }

    /// Whether a destination died for good so long ago that nobody asks for it any more.
    pub fn is_abandoned(&self, destination: usize, world: &World, now: Duration) -> bool {
        let scope = Scope::Destination(destination);
        self.on.iter().map(|index| &self.all[*index]).any(|it| {
            it.until == Duration::MAX
                && it.from > Duration::ZERO
                && now.saturating_sub(it.from) >= world.abandoned
                && it.scope == scope
        })
    }

    /// What an alert about `range` may be put down to: trouble in there that was on between two times.
    pub fn blame(
        &self,
        geography: &Geography,
        range: &IpNet,
        (from, until): (Duration, Duration),
    ) -> Option<Cause> {
        let on = self
            .all
            .iter()
            .filter(|it| it.from <= until && it.until >= from);
        let here = on.filter(|it| it.scope.meets(geography, range));
        here.map(|it| it.cause).min()
    }

    /// All trouble with these causes.
    pub fn of<'a>(&'a self, causes: &'a [Cause]) -> impl Iterator<Item = &'a Trouble> {
        self.all.iter().filter(|it| causes.contains(&it.cause))
    }
}

impl Scope {
    fn holds(&self, destination: usize, prefix: usize) -> bool {
        match self {
            Self::Everything => true,
            Self::Prefixes(prefixes) => prefixes.contains(&prefix),
            Self::Destination(own) => *own == destination,
        }
    }

    fn meets(&self, geography: &Geography, range: &IpNet) -> bool {
        let within = |prefix: usize| {
            let prefix = &geography.prefixes[prefix];
            range.contains(prefix) || prefix.contains(range)
        };
        match self {
            Self::Everything => true,
            Self::Prefixes(prefixes) => prefixes.clone().any(within),
            Self::Destination(own) => within(geography.destinations[*own].prefix),
        }
    }
}

/// A plan in the making.
struct Plan<'a> {
    span: Duration,
    chance: &'a mut Chance,
    all: Vec<Trouble>,
}

impl Plan<'_> {
    fn uplink(&mut self, world: &World) {
        self.add(Cause::UplinkCut, world.uplink_cut, |_| Scope::Everything);
        self.add(Cause::BrownOut, world.brown_out, |_| Scope::Everything);
    }

    fn prefixes(&mut self, world: &World, geography: &Geography) {
        for prefix in 0..geography.prefixes.len() {
            let scope = Scope::Prefixes(prefix..prefix + 1);
            self.add(Cause::HosterOutage, world.hoster_outage, |_| scope.clone());
        }
        for cluster in 0..world.clusters {
            let mut positions = (0..)
                .zip(&geography.clusters)
                .filter(|(_, own)| **own == cluster);
            let Some((first, _)) = positions.next() else {
                continue;
            };
            let end = positions.last().map_or(first, |(last, _)| last) + 1;
            let (least, most) = world.group;
            self.add(Cause::GroupOutage, world.group_outage, |chance| {
                let size = chance.between(least, most) as usize;
                let from = first + chance.below(end - first);
                Scope::Prefixes(from..end.min(from + size))
            });
        }
    }

    fn hosts(&mut self, world: &World, geography: &Geography) {
        for (position, destination) in geography.destinations.iter().enumerate() {
            let scope = Scope::Destination(position);
            if !destination.exists {
                let (from, until) = (Duration::ZERO, Duration::MAX);
                self.all.push(Trouble {
                    cause: Cause::HostDeath,
                    scope,
                    from,
                    until,
                });
                continue;
            }
            self.add(Cause::Overload, world.overload, |_| scope.clone());
            let first = self.all.len();
            self.add(Cause::HostDeath, world.host_death, |_| scope.clone());
            for death in &mut self.all[first..] {
                if self.chance.happens(world.death_for_good) {
                    death.until = Duration::MAX;
                }
            }
        }
    }

    fn add(&mut self, cause: Cause, event: Event, mut scope: impl FnMut(&mut Chance) -> Scope) {
        let mut from = self.chance.waiting(event.every);
        while from < self.span {
            let lasts = self.chance.around(event.lasts.median, event.lasts.sigma);
            let until = from + lasts.max(Duration::from_secs(1));
            let scope = scope(self.chance);
            self.all.push(Trouble {
                cause,
                scope,
                from,
                until,
            });
            from = until + self.chance.waiting(event.every);
        }
    }
}

#[cfg(test)]
mod tests {
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
        let death = |position, from, until| Trouble {
            cause: Cause::HostDeath,
            scope: Scope::Destination(position),
            from,
            until,
        };
        let second = Duration::from_secs(1);
        let all = vec![
            death(7, Duration::ZERO, Duration::MAX),
            death(8, second, Duration::MAX),
            death(9, second, second * 1_000_000),
        ];
        let mut troubles = Troubles {
            all,
            ..Troubles::default()
        };
        let mut abandoned = |now| {
            troubles.advance(now);
            [7, 8, 9].map(|position| troubles.is_abandoned(position, &World::DEFAULT, now))
        };
        let day = World::DEFAULT.abandoned;
        assert_eq!(abandoned(day), [false, false, false]);
        assert_eq!(abandoned(day + second), [false, true, false]);
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
}
