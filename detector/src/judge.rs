//! Judgement: which address ranges somebody on the path is blocking.
//!
//! Pure: differences of counters and the time go in, blocked ranges come out. Must not know:
//! where the counters come from, or how an alert is told.

pub mod cover;
pub mod cusum;
pub mod unit;
pub mod uplink;
pub mod wider;
pub mod witness;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use detector_common::verdict::Verdict;
use ipnet::IpNet;

use self::{
    cover::{Blocked, Cover, cover},
    unit::{Evidence, Unit},
    uplink::Uplink,
    wider::Wider,
    witness::Witnesses,
};
use crate::{moment::Moment, snapshot::Delta};

/// Corroborated failures (see [`Evidence::corroborated`]) without which no range is accused.
const CORROBORATION: u64 = 2;

/// A range that is being blocked.
#[derive(Clone, Debug)]
pub struct Range {
    /// The tightest prefix that covers the blocked destinations and no working one.
    pub prefix: IpNet,
    /// The blocked prefixes in it.
    pub members: Vec<IpNet>,
    /// These, and the blocked prefixes around it that nothing known to work divides from it: in
    /// all likelihood the same block.
    pub kin: Vec<IpNet>,
    /// When the first of them began to fail.
    pub since: Moment,
    /// Trials of all members since they began to fail.
    pub evidence: Evidence,
    /// Once-alive hosts that fail.
    pub destinations_failed: u32,
    /// Hosts of the range that answered since it began to fail.
    pub destinations_ok: u32,
    /// Working prefixes in the sibling of the range: what keeps it from being claimed wider.
    pub ok_witnesses: usize,
    /// Mean of the members' ordinary failure rates.
    pub baseline_failure_rate: f64,
    /// Log-likelihood ratio of a block, in nats.
    pub llr: f64,
}

impl Range {
    /// Trials that prove a third party.
    pub fn proofs(&self) -> u64 {
        Verdict::ALL
            .into_iter()
            .filter(|verdict| verdict.proves_third_party())
            .map(|verdict| self.evidence.symptoms[verdict.index()])
            .sum()
    }
}

/// All tests under way.
#[derive(Debug, Default)]
pub struct Judge {
    units: BTreeMap<IpNet, Unit>,
    wider: Wider,
    witness: Option<Moment>,
    uplink: Uplink,
}

impl Judge {
    /// Takes in one poll and says what is blocked now.
    pub fn observe(&mut self, now: Moment, deltas: &[Delta]) -> Vec<Range> {
        let deltas = &*self.without_outage(now, deltas);
        for delta in deltas {
            let unit = self.units.entry(delta.prefix).or_default();
            unit.observe(delta, now, self.witness);
        }
        self.wider.observe(deltas);
        self.wider
            .clear_unless(|net| inside(&self.units, net).any(|unit| !unit.cusum.is_idle()));
        self.witness = self.latest_witness(deltas, now).or(self.witness);
        self.blocked_ranges(now)
    }

    /// Forgets a prefix that is no longer tracked, and the tests around it that nothing is left in.
    pub fn forget(&mut self, prefix: &IpNet) {
        self.units.remove(prefix);
        self.wider
            .forget(prefix, |net| inside(&self.units, net).next().is_some());
    }

    /// Whether something speaks for a block of this prefix.
    pub fn is_suspected(&self, prefix: &IpNet) -> bool {
        self.units
            .get(prefix)
            .is_some_and(|unit| !unit.cusum.is_idle())
    }

    /// The same, without the silences where they are our own uplink's.
    fn without_outage<'a>(&mut self, now: Moment, deltas: &'a [Delta]) -> Cow<'a, [Delta]> {
        let ok = deltas.iter().map(|delta| delta.connections_answered).sum();
        let silences = deltas.iter().map(Delta::silences).sum();
        let mut deltas = Cow::Borrowed(deltas);
        if self.uplink.is_dark(now, ok, silences) {
            deltas.to_mut().iter_mut().for_each(Delta::void_silences);
        }
        deltas
    }

    /// Now, where a prefix free of suspicion just worked.
    fn latest_witness(&self, deltas: &[Delta], now: Moment) -> Option<Moment> {
        deltas
            .iter()
            .any(|delta| delta.connections_answered > 0 && !self.is_suspected(&delta.prefix))
            .then_some(now)
    }

    fn blocked_ranges(&self, now: Moment) -> Vec<Range> {
        let blocked: Vec<Blocked> = self
            .units
            .iter()
            .filter(|(net, unit)| unit.is_blocked(self.wider.is_alarmed_around(net)))
            .filter_map(|(net, unit)| Some((*net, unit.since?)))
            .collect();
        if blocked.is_empty() {
            return Vec::new();
        }
        let witnesses = self.witnesses(now, &blocked);
        cover(&blocked, &|range, since| witnesses.is_proven(range, since))
            .iter()
            .filter_map(|whole| self.range(whole, &witnesses))
            .collect()
    }

    /// Prefixes that worked when they were last heard of and are not blocked.
    fn witnesses(&self, now: Moment, blocked: &[Blocked]) -> Witnesses {
        let blocked: HashSet<&IpNet> = blocked.iter().map(|(net, _)| net).collect();
        let others = self.units.iter().filter(|(net, _)| !blocked.contains(net));
        let worked = others.filter_map(|(net, unit)| Some((*net, unit.working_at()?)));
        Witnesses::new(now, worked)
    }

    /// The range, unless nothing elsewhere worked since it began to fail: then it may as well be
    /// our own uplink, and no range is accused.
    fn range(&self, whole: &Cover, witnesses: &Witnesses) -> Option<Range> {
        if self.evidence(whole).corroborated < CORROBORATION {
            return None;
        }
        let claim = claim(whole, witnesses)?;
        let sibling = claim.prefix.supernet().unwrap_or(claim.prefix);
        let units: Vec<&Unit> = self.members(&claim).collect();
        Some(Range {
            prefix: claim.prefix,
            members: claim.networks(),
            kin: whole.networks(),
            since: whole.since,
            evidence: self.evidence(&claim),
            destinations_failed: units.iter().map(|unit| unit.hosts_failed).sum(),
            destinations_ok: units.iter().map(|unit| hosts_seen_working(unit)).sum(),
            ok_witnesses: witnesses.presumed(&sibling, whole.since),
            baseline_failure_rate: mean(units.iter().map(|u| u.cusum.ordinary_failure_rate())),
            llr: units.iter().map(|unit| unit.cusum.llr()).sum(),
        })
    }

    fn evidence(&self, cover: &Cover) -> Evidence {
        let mut evidence = Evidence::default();
        for unit in self.members(cover) {
            evidence.merge(&unit.evidence);
        }
        evidence
    }

    fn members(&self, cover: &Cover) -> impl Iterator<Item = &Unit> {
        let members = cover.members.iter();
        members.filter_map(|(net, _)| self.units.get(net))
    }
}

/// The largest part of `whole` without a prefix that is presumed to work: where traffic is thin,
/// one between two blocked ones may not have been tried since.
fn claim(whole: &Cover, witnesses: &Witnesses) -> Option<Cover> {
    let is_presumed = |range: &IpNet, since| witnesses.presumed(range, since) > 0;
    cover(&whole.members, &is_presumed)
        .into_iter()
        .max_by_key(|part| part.members.len())
}

/// The units in a wider prefix.
fn inside<'a>(units: &'a BTreeMap<IpNet, Unit>, net: &IpNet) -> impl Iterator<Item = &'a Unit> {
    let net = *net;
    units
        .range(net..)
        .take_while(move |(unit, _)| net.contains(*unit))
        .map(|(_, unit)| unit)
}

/// Hosts of a unit that answered since it began to fail, at most as many as there were answers.
fn hosts_seen_working(unit: &Unit) -> u32 {
    u32::try_from(unit.evidence.ok)
        .unwrap_or(u32::MAX)
        .min(unit.hosts_ok)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests;
