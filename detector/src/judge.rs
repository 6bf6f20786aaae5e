//! Judgement: which address ranges somebody on the path is blocking.
//!
//! Pure: differences of counters and the time go in, blocked ranges come out. Must not know:
//! where the counters come from, or how an alert is told.

pub mod cover;
pub mod cusum;
pub mod unit;
pub mod uplink;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use detector_common::verdict::Verdict;
use ipnet::IpNet;

use self::{
    cover::{Cover, cover},
    cusum::Cusum,
    unit::{Evidence, Unit},
    uplink::Uplink,
};
use crate::{moment::Moment, snapshot::Delta};

/// Wider prefixes that the same test runs on, so that thin traffic to many prefixes adds up.
const WIDER_V4: [u8; 2] = [20, 16];
const WIDER_V6: [u8; 3] = [44, 40, 32];
/// Corroborated failures (see [`Evidence::corroborated`]) without which no range is accused.
const CORROBORATION: u64 = 2;
/// How long a success makes a prefix a working one.
const WORKING: Duration = Duration::from_mins(10);

/// A range that is being blocked.
#[derive(Clone, Debug)]
pub struct Range {
    /// The tightest prefix that covers the blocked destinations and no working one.
    pub prefix: IpNet,
    /// The blocked prefixes in it.
    pub members: Vec<IpNet>,
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
    wider: HashMap<IpNet, Cusum>,
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
        for (net, (ok, failed)) in wider_sums(deltas) {
            self.wider.entry(net).or_default().observe(ok, failed);
        }
        self.witness = self.latest_witness(deltas, now).or(self.witness);
        self.blocked_ranges(now)
    }

    /// Forgets a prefix that is no longer tracked, and the tests around it that nothing is left in.
    pub fn forget(&mut self, prefix: &IpNet) {
        self.units.remove(prefix);
        for net in wider(prefix) {
            if !self.units.keys().any(|unit| net.contains(unit)) {
                self.wider.remove(&net);
            }
        }
    }

    /// Whether something speaks for a block of this prefix.
    pub fn is_suspected(&self, prefix: &IpNet) -> bool {
        self.units
            .get(prefix)
            .is_some_and(|unit| !unit.cusum.is_idle())
    }

    /// The same, without the silences where they are our own uplink's.
    fn without_outage<'a>(&mut self, now: Moment, deltas: &'a [Delta]) -> Cow<'a, [Delta]> {
        let ok = deltas.iter().map(|delta| delta.connections_ok).sum();
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
            .any(|delta| delta.connections_ok > 0 && !self.is_suspected(&delta.prefix))
            .then_some(now)
    }

    fn blocked_ranges(&self, now: Moment) -> Vec<Range> {
        let blocked: Vec<IpNet> = self
            .units
            .iter()
            .filter(|(net, unit)| unit.is_blocked(self.is_wider_alarmed(net)))
            .map(|(net, _)| *net)
            .collect();
        if blocked.is_empty() {
            return Vec::new();
        }
        let working = self.working(now, &blocked);
        cover(&blocked, &working)
            .into_iter()
            .filter_map(|cover| self.range(cover, &working))
            .collect()
    }

    fn is_wider_alarmed(&self, net: &IpNet) -> bool {
        wider(net).any(|wider| self.wider.get(&wider).is_some_and(Cusum::is_alarmed))
    }

    /// Prefixes that lately worked and are not blocked.
    fn working(&self, now: Moment, blocked: &[IpNet]) -> Vec<IpNet> {
        let blocked: HashSet<&IpNet> = blocked.iter().collect();
        self.units
            .iter()
            .filter(|(net, _)| !blocked.contains(net))
            .filter(|(_, unit)| unit.worked_within(WORKING, now))
            .map(|(net, _)| *net)
            .collect()
    }

    /// The range, unless nothing elsewhere worked since it began to fail: then it may as well be
    /// our own uplink, and no range is accused.
    fn range(&self, cover: Cover, working: &[IpNet]) -> Option<Range> {
        let units: Vec<&Unit> = cover
            .members
            .iter()
            .filter_map(|net| self.units.get(net))
            .collect();
        let since = units
            .iter()
            .filter_map(|unit| unit.since)
            .min_by_key(|since| since.monotonic)?;
        let mut evidence = Evidence::default();
        for unit in &units {
            evidence.merge(&unit.evidence);
        }
        if evidence.corroborated < CORROBORATION {
            return None;
        }
        let sibling = cover.prefix.supernet().unwrap_or(cover.prefix);
        Some(Range {
            since,
            evidence,
            destinations_failed: units.iter().map(|unit| unit.hosts_failed).sum(),
            destinations_ok: units.iter().map(|unit| hosts_seen_working(unit)).sum(),
            ok_witnesses: working.iter().filter(|net| sibling.contains(*net)).count(),
            baseline_failure_rate: mean(units.iter().map(|u| u.cusum.ordinary_failure_rate())),
            llr: units.iter().map(|unit| unit.cusum.llr()).sum(),
            prefix: cover.prefix,
            members: cover.members,
        })
    }
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

/// Trials of all wider prefixes: ok, failed.
fn wider_sums(deltas: &[Delta]) -> BTreeMap<IpNet, (u64, u64)> {
    let mut sums = BTreeMap::new();
    for delta in deltas {
        for net in wider(&delta.prefix) {
            let (ok, failed) = sums.entry(net).or_insert((0, 0));
            *ok += delta.ok();
            *failed += delta.failed();
        }
    }
    sums
}

/// The wider prefixes around `net` that are tested too.
fn wider(net: &IpNet) -> impl Iterator<Item = IpNet> {
    let net = *net;
    let lengths: &[u8] = match net {
        IpNet::V4(_) => &WIDER_V4,
        IpNet::V6(_) => &WIDER_V6,
    };
    lengths
        .iter()
        .filter(move |length| **length < net.prefix_len())
        .filter_map(move |length| IpNet::new(net.network(), *length).ok())
        .map(|wider| wider.trunc())
}

#[cfg(test)]
mod tests;
