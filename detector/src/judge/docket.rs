//! All tests under way over one transport, and the ranges that they find blocked.
//!
//! Must not know: outages, which have been taken out of what comes here.

mod claim;

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{
    cover::{Blocked, cover},
    panel::Trials,
    range::Range,
    transport::Transport,
    unit::Unit,
    units::Units,
    wider::{SavedPanel, Wider, neighbourhood},
    witness,
};
use crate::{
    moment::Moment,
    snapshot::{Delta, ROOM},
    status::Suspicion,
};

/// Prefixes that look blocked must outnumber the mixed ones of their neighbourhood so many times,
/// or fail without any success for a while.
const PURITY: u64 = 3;

/// The tests of one transport.
#[derive(Debug)]
pub struct Docket {
    transport: Transport,
    units: Units,
    /// The units that something is suspected of.
    suspects: BTreeSet<IpNet>,
    /// The units that were mixed when last heard of.
    mixed: BTreeSet<IpNet>,
    wider: Wider,
    /// The trials of one poll, kept for their room.
    trials: Vec<(IpNet, Trials)>,
}

/// A docket as it is kept over a restart.
#[derive(Debug, Deserialize, Serialize)]
pub struct SavedDocket {
    suspects: Vec<(IpNet, Unit)>,
    wider: Vec<SavedPanel>,
}

impl Docket {
    /// No test yet.
    pub fn new(transport: Transport) -> Self {
        Self {
            transport,
            units: Units::new(transport),
            suspects: BTreeSet::new(),
            mixed: BTreeSet::new(),
            wider: Wider::new(transport),
            trials: Vec::new(),
        }
    }

    /// Takes in one poll, in the order of its prefixes; `witness` is when, up to that poll, a
    /// connection to a prefix free of suspicion last ended well.
    pub fn observe(&mut self, now: Moment, deltas: &[Delta], witness: Option<Moment>) {
        self.trials.clear();
        for delta in deltas {
            if !self.concerns(delta) {
                continue;
            }
            let trials = self.units.observe(delta, now, witness);
            self.trials.push((delta.prefix, trials));
            let unit = self.units.get(&delta.prefix);
            let is_suspect = unit.is_some_and(|it| !it.panel.is_idle());
            set(&mut self.suspects, delta.prefix, is_suspect);
            let is_mixed = unit.is_some_and(|it| it.is_mixed(now));
            set(&mut self.mixed, delta.prefix, is_mixed);
        }
        self.wider.observe(&self.trials);
        self.trials.shrink_to(ROOM);
        let suspects = &self.suspects;
        self.wider.clear_unless(|net| is_any_inside(suspects, net));
    }

    /// Whether something speaks for a block of this prefix.
    pub fn is_suspected(&self, prefix: &IpNet) -> bool {
        self.suspects.contains(prefix)
    }

    /// What speaks for a block of this prefix, if anything does.
    pub fn suspicion(&self, prefix: &IpNet, now: Moment) -> Option<Suspicion> {
        let unit = self.units.get(prefix).filter(|it| !it.panel.is_idle());
        unit.map(|unit| unit.suspicion(now))
    }

    /// Whether this prefix is claimed to be blocked.
    pub fn is_held(&self, prefix: &IpNet) -> bool {
        self.units.get(prefix).is_some_and(Unit::is_held)
    }

    /// Forgets a prefix that is no longer tracked, and the tests around it that nothing is left in.
    pub fn forget(&mut self, prefix: &IpNet) {
        self.units.remove(prefix);
        self.suspects.remove(prefix);
        self.mixed.remove(prefix);
        let units = &self.units;
        self.wider.forget(prefix, |net| units.is_any_inside(net));
    }

    /// Ends every suspicion that is younger than `since` and led to no claim: those failures were
    /// our own uplink's. The tests around a claim go on.
    pub fn absolve(&mut self, since: Moment) {
        let units = &mut self.units;
        let mut held = BTreeSet::new();
        let mut absolved = Vec::new();
        self.suspects.retain(|net| match units.get_mut(net) {
            Some(unit) if unit.is_held() => held.insert(*net),
            Some(unit) if unit.since.is_some_and(|it| it.is_after(&since)) => {
                unit.clear();
                absolved.push(*net);
                false
            }
            _ => true,
        });
        for net in absolved {
            self.wider
                .absolve(&net, |wider| is_any_inside(&held, wider));
        }
    }

    /// What is blocked now.
    pub fn ranges(&mut self, now: Moment) -> Vec<Range> {
        self.forget_abandoned(now);
        let blocked = self.blocked(now);
        if blocked.is_empty() {
            return Vec::new();
        }
        let units = &self.units;
        let covers = cover(&blocked, &|range, since| {
            witness::is_proven(units, range, since)
        });
        let ranges = covers.iter().filter_map(|whole| self.range(now, whole));
        let ranges: Vec<Range> = ranges.collect();
        self.hold(&ranges);
        ranges
    }

    /// What is to be kept over a restart.
    pub fn save(&self) -> SavedDocket {
        let suspects = self.suspects.iter();
        SavedDocket {
            suspects: suspects
                .filter_map(|net| Some((*net, self.units.get(net)?.clone())))
                .collect(),
            wider: self.wider.save(),
        }
    }

    /// Goes on from what was kept.
    pub fn restore(&mut self, saved: SavedDocket) {
        for (net, unit) in saved.suspects {
            self.suspects.insert(net);
            self.units.restore(net, unit);
        }
        self.wider.restore(saved.wider);
    }

    /// A prefix that this transport was never used to takes no room.
    fn concerns(&self, delta: &Delta) -> bool {
        delta.connections_ok(self.transport) > 0
            || delta.connections_failed(self.transport) > 0
            || self.units.contains(&delta.prefix)
            || self.transport == Transport::Tcp
    }

    /// Forgets the suspects that nobody tries any more, for good: a restart leaves some that are
    /// no longer tracked.
    fn forget_abandoned(&mut self, now: Moment) {
        let units = &self.units;
        let is_abandoned = |net: &&IpNet| units.get(net).is_none_or(|it| it.is_abandoned(now));
        let abandoned: Vec<IpNet> = self.suspects.iter().filter(is_abandoned).copied().collect();
        for net in abandoned {
            self.forget(&net);
        }
    }

    /// The prefixes that are blocked, in order. Those that were held so before stay so while they
    /// are suspected.
    fn blocked(&mut self, now: Moment) -> Vec<Blocked> {
        let candidates = self.candidates();
        if candidates.is_empty() {
            return Vec::new();
        }
        let mixed = self.mixed(now);
        let mut blocked = Vec::new();
        for (neighbourhood, nets) in candidates {
            let mixed = mixed.get(&neighbourhood).copied().unwrap_or_default();
            let is_pure = nets.len() as u64 >= PURITY * mixed;
            for net in nets {
                blocked.extend(self.blocked_since(net, is_pure, mixed, now));
            }
        }
        blocked.sort_unstable_by_key(|(net, _)| *net);
        blocked
    }

    /// The prefixes that look blocked, by neighbourhood.
    fn candidates(&self) -> BTreeMap<IpNet, Vec<IpNet>> {
        let mut candidates: BTreeMap<IpNet, Vec<IpNet>> = BTreeMap::new();
        for net in &self.suspects {
            let unit = self.units.get(net);
            if unit.is_some_and(|it| it.is_candidate(self.wider.is_alarmed_around(net))) {
                candidates.entry(neighbourhood(net)).or_default().push(*net);
            }
        }
        candidates
    }

    /// The number of mixed prefixes, by neighbourhood.
    fn mixed(&mut self, now: Moment) -> BTreeMap<IpNet, u64> {
        let units = &self.units;
        self.mixed
            .retain(|net| units.get(net).is_some_and(|unit| unit.is_mixed(now)));
        let mut mixed = BTreeMap::new();
        for net in &self.mixed {
            *mixed.entry(neighbourhood(net)).or_default() += 1;
        }
        mixed
    }

    fn blocked_since(&self, net: IpNet, is_pure: bool, mixed: u64, now: Moment) -> Option<Blocked> {
        let unit = self.units.get(&net)?;
        let is_blocked =
            unit.is_held() || unit.is_steady_among(mixed) || (is_pure && !unit.is_mixed(now));
        let since = unit.since.filter(|_| is_blocked)?;
        Some((net, since))
    }

    /// What is claimed is not let go for a stray success.
    fn hold(&mut self, ranges: &[Range]) {
        for net in ranges.iter().flat_map(|range| &range.members) {
            if let Some(unit) = self.units.get_mut(net) {
                unit.hold();
            }
        }
    }

    /// How many prefixes and wider ones are under test.
    #[cfg(test)]
    pub fn count(&self) -> (usize, usize) {
        (self.units.count(), self.wider.count())
    }
}

/// Puts a network into a set, or takes it out.
fn set(nets: &mut BTreeSet<IpNet>, net: IpNet, is_in: bool) {
    if is_in {
        nets.insert(net);
    } else {
        nets.remove(&net);
    }
}

/// Whether one of the networks lies in a wider prefix.
fn is_any_inside(nets: &BTreeSet<IpNet>, wider: &IpNet) -> bool {
    let next = nets.range(*wider..).next();
    next.is_some_and(|net| wider.contains(net))
}
