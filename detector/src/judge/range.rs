//! A range that is being blocked, as the judge sees it.

use std::{collections::HashSet, time::Duration};

use ipnet::IpNet;

use super::evidence::Evidence;
use crate::{kind::Kind, moment::Moment};

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
    /// How long that is ago.
    pub age: Duration,
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
    /// Log-likelihood ratio of a block in the strongest test, in nats.
    pub llr: f64,
}

impl Range {
    /// Makes one of what the transports say of the same range, or of ranges in it; the widest
    /// comes first. Where little of a range that QUIC is blocked to fails over TCP too, that
    /// remains a matter of its own.
    pub fn unite(ranges: Vec<Self>) -> Vec<Self> {
        let mut ranges = ranges.into_iter();
        let Some(mut whole) = ranges.next() else {
            return Vec::new();
        };
        let inner: Vec<Self> = ranges.collect();
        if whole.is_of_quic_alone(&inner) {
            whole.leave(&inner);
            return std::iter::once(whole).chain(inner).collect();
        }
        if !inner.is_empty() {
            for range in inner {
                whole.merge(range);
            }
            sort(&mut whole.members);
            sort(&mut whole.kin);
        }
        vec![whole]
    }

    fn is_of_quic_alone(&self, inner: &[Self]) -> bool {
        let others: usize = inner.iter().map(|range| range.members.len()).sum();
        self.evidence.kind() == Kind::QuicBlackhole && 2 * others < self.members.len()
    }

    /// Leaves prefixes to the ranges that have them too.
    fn leave(&mut self, others: &[Self]) {
        let left: HashSet<IpNet> = others.iter().flat_map(|it| it.kin.clone()).collect();
        self.members.retain(|net| !left.contains(net));
        self.kin.retain(|net| !left.contains(net));
    }

    fn merge(&mut self, other: Self) {
        self.members.extend(other.members);
        self.kin.extend(other.kin);
        if self.since.is_after(&other.since) {
            self.since = other.since;
            self.age = other.age;
        }
        self.evidence.merge(&other.evidence);
        self.destinations_failed = self.destinations_failed.max(other.destinations_failed);
        self.destinations_ok = self.destinations_ok.max(other.destinations_ok);
        self.ok_witnesses = self.ok_witnesses.min(other.ok_witnesses);
        self.llr = self.llr.max(other.llr);
    }
}

fn sort(nets: &mut Vec<IpNet>) {
    nets.sort_unstable();
    nets.dedup();
}
