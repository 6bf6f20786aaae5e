//! What a share of a prefix's traffic is worth to whoever owns it: may he hide a block of the prefix, or forge one?

use std::time::Duration;

use super::{Chance, Gateway, Intruder, World, gateway::Block, watcher::Notice};

/// What he wants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Deed {
    /// The prefix is blocked for all others, and his connections to hosts of his own work.
    Hide,
    /// Nobody is blocked, and his connections to hosts of his own fail, which answered before.
    Forge,
    /// Nobody is blocked, and his connections to the hosts of others fail: his packets die on their way.
    Frame,
}

/// What he does, and with how much.
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    /// What he wants.
    pub deed: Deed,
    /// Hosts of his own, where he needs any.
    pub hosts: usize,
    /// Of the connections to the prefix that are begun, retries not counted, in percent; below 100.
    pub percent: u32,
}

/// Before his deed: he is known as somebody whose connections work.
const ACQUAINTANCE: Duration = Duration::from_hours(1);
/// In which the block is told, or is not.
const DEED: Duration = Duration::from_hours(1);
/// After it: alerts end, and what was known of the prefix is mended.
const PEACE: Duration = Duration::from_mins(30);
/// Before the first: the hosts of others are known.
const WARM_UP: Duration = Duration::from_hours(6);
/// Ranks of prefixes that are taken in turn: what one deed leaves behind does not meet the next.
const RANKS: std::ops::RangeInclusive<usize> = 6..=14;

/// Carries out all schemes in one world, in random order, and says of each whether the prefix was told as blocked within
/// an hour. Neither by day nor by night: at the rate that the world names.
pub fn play(world: &World, seed: u64, schemes: &[Scheme]) -> Vec<(Scheme, bool)> {
    let world = World {
        rhythm: 0.0,
        ..*world
    };
    let count = u32::try_from(schemes.len()).unwrap_or(u32::MAX);
    let span = WARM_UP + (ACQUAINTANCE + DEED + PEACE) * count;
    let mut gateway = Gateway::new(&world, seed, span);
    pass(&mut gateway, WARM_UP);
    let order = Chance::new(seed).order(schemes.len());
    let turns = order.into_iter().zip(RANKS.cycle());
    turns
        .map(|(place, rank)| {
            let scheme = schemes[place];
            (scheme, scheme.is_told(&mut gateway, &world, rank))
        })
        .collect()
}

impl Scheme {
    fn is_told(self, gateway: &mut Gateway, world: &World, rank: usize) -> bool {
        let prefix = gateway.geography.by_rank[rank - 1];
        let intruder = self.intruder(gateway, world, rank);
        if self.deed != Deed::Frame {
            gateway.admit(intruder.clone());
        }
        pass(gateway, ACQUAINTANCE);
        if self.deed == Deed::Hide {
            gateway.block = Some(Block { prefix, share: 1.0 });
        } else {
            gateway.admit(intruder.map(|it| Intruder { works: false, ..it }));
        }
        let is_told = is_told(gateway, prefix);
        gateway.block = None;
        gateway.admit(None);
        pass(gateway, PEACE);
        is_told
    }

    /// Nobody, where he owns nothing.
    fn intruder(self, gateway: &mut Gateway, world: &World, rank: usize) -> Option<Intruder> {
        let prefix = gateway.geography.by_rank[rank - 1];
        let destinations = if self.deed == Deed::Frame {
            let all = (0..).zip(&gateway.geography.destinations);
            let own = all.filter(|(_, it)| it.prefix == prefix && it.exists);
            own.map(|(position, _)| position).collect()
        } else {
            let own = 0..self.hosts;
            own.map(|_| gateway.geography.settle_in(prefix)).collect()
        };
        let per_hour =
            f64::from(world.connections_per_hour) * gateway.geography.share_of_rank(rank, world);
        (self.percent > 0).then(|| Intruder {
            destinations,
            every: Intruder::gap(f64::from(self.percent) / 100.0, per_hour),
            works: true,
        })
    }
}

/// Whether an alert claims the prefix within the time of a deed.
fn is_told(gateway: &mut Gateway, prefix: usize) -> bool {
    let net = gateway.geography.prefixes[prefix];
    let end = gateway.now() + DEED;
    let claims = |it: &Notice| !it.is_over && it.range.is_some_and(|range| range.contains(&net));
    while gateway.now() < end {
        if gateway.second().notices.iter().any(claims) {
            return true;
        }
    }
    false
}

fn pass(gateway: &mut Gateway, span: Duration) {
    let until = gateway.now() + span;
    while gateway.now() < until {
        gateway.second();
    }
}
