//! What is claimed of a range: how far it goes, and the evidence of all its members.

use ipnet::IpNet;

use super::{
    super::{
        cover::{Cover, cover},
        evidence::Evidence,
        range::Range,
        unit::Unit,
        witness,
    },
    Docket,
};
use crate::moment::Moment;

/// Corroborated failures (see [`Evidence::corroborated`]) without which no range is accused.
const CORROBORATION: u64 = 2;

impl Docket {
    /// The range, unless nothing elsewhere worked since it began to fail: then it may as well be
    /// our own uplink, and no range is accused; or unless it stalls as anything may. Once claimed, ordinary stalls
    /// beside the cut do not end it.
    pub(super) fn range(&self, now: Moment, whole: &Cover) -> Option<Range> {
        let evidence = self.evidence(whole);
        let is_claimed = self.members(whole).any(Unit::is_held);
        if evidence.corroborated < CORROBORATION || !(is_claimed || evidence.is_of_one_cut()) {
            return None;
        }
        let claim = self.claim(now, whole)?;
        let sibling = claim.prefix.supernet().unwrap_or(claim.prefix);
        let members: Vec<&Unit> = self.members(&claim).collect();
        let llrs = claim.members.iter().map(|(net, _)| self.llr(net));
        Some(Range {
            prefix: claim.prefix,
            members: claim.networks(),
            kin: whole.networks(),
            since: whole.since,
            age: now.since(&whole.since),
            evidence: self.evidence(&claim),
            destinations_failed: members.iter().map(|unit| unit.hosts_failing()).sum(),
            destinations_ok: members.iter().map(|unit| unit.hosts_seen_working()).sum(),
            ok_witnesses: witness::presumed(&self.units, &sibling, whole.since, now).count(),
            baseline_failure_rate: mean(members.iter().map(|it| it.panel.ordinary_failure_rate())),
            llr: llrs.fold(0.0, f64::max),
        })
    }

    fn llr(&self, net: &IpNet) -> f64 {
        let own = self.units.get(net).map_or(0.0, |unit| unit.panel.llr());
        own.max(self.wider.llr_around(net))
    }

    /// The largest part of `whole` without a prefix that is presumed to work: where traffic is
    /// thin, one between two blocked ones may not have been tried since.
    fn claim(&self, now: Moment, whole: &Cover) -> Option<Cover> {
        cover(&whole.members, &|range, since| {
            let mut presumed = witness::presumed(&self.units, range, since, now);
            presumed.next().is_some()
        })
        .into_iter()
        .max_by_key(|part| part.members.len())
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

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}
