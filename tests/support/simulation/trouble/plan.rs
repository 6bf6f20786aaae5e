//! When what will go wrong: every trouble of a world, drawn before it begins.

use std::time::Duration;

use super::{
    super::{Chance, Geography, World, parameters::Event},
    Cause, Scope, Trouble,
};

/// A plan in the making.
pub(super) struct Plan<'a> {
    span: Duration,
    chance: &'a mut Chance,
    all: Vec<Trouble>,
}

impl<'a> Plan<'a> {
    /// A plan for a span of time.
    pub(super) const fn new(span: Duration, chance: &'a mut Chance) -> Self {
        Self {
            span,
            chance,
            all: Vec::new(),
        }
    }

    /// All that happens in a world.
    pub(super) fn of(mut self, world: &World, geography: &Geography) -> Vec<Trouble> {
        self.uplink(world);
        self.prefixes(world, geography);
        self.hosts(world, geography);
        self.all
    }

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
                    cause: Cause::NeverAlive,
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
