//! What goes wrong without any censor: planned ahead by chance, and asked for whenever something is sent.

mod plan;

use std::{ops::Range, time::Duration};

use ipnet::IpNet;

use self::plan::Plan;
use super::{Chance, Geography, World};

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
    /// There never was a host.
    NeverAlive,
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
        let mut all = Plan::new(span, chance).of(world, geography);
        all.sort_by_key(|trouble| trouble.from);
        Self {
            all,
            ..Self::default()
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
            it.cause == Cause::HostDeath
                && it.until == Duration::MAX
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

#[cfg(test)]
mod tests;
