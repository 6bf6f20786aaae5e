//! What an alert says: the claim, and the numbers behind it.
//!
//! Must not know: when an alert fires, or who reads it.

use std::{collections::BTreeMap, time::Duration};

use detector_common::verdict::{Stage, Verdict};
use ipnet::IpNet;
use serde::{Serialize, Serializer};
use ulid::Ulid;

use super::{as_seconds, kind::Kind, stall::StallDetails};
use crate::{
    judge::Range,
    moment::Moment,
    observer::Observer,
    traces::{Tally, Traces},
};

/// Members listed in one event; a line stays under 8 KiB.
const MEMBERS: usize = 128;

/// Where an alert is in its life.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It begins.
    Firing,
    /// The range or the evidence changed.
    Update,
    /// The range works again.
    Resolved,
}

/// How sure it is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Two once-alive destinations fail.
    Suspected,
    /// Three do, or two with proof of a third party.
    Confirmed,
}

/// An alert event.
#[derive(Clone, Debug, Serialize)]
pub struct AlertEvent {
    /// One identity from first to last.
    #[serde(serialize_with = "as_text")]
    pub id: Ulid,
    /// Where it is in its life.
    pub state: State,
    /// What is claimed, and why.
    #[serde(flatten)]
    pub details: Details,
    /// When the first destination began to fail.
    pub since: Moment,
    /// Who saw it.
    pub observer: Observer,
    /// What limits the view.
    pub caveats: Vec<&'static str>,
    /// How long it lasts by now.
    #[serde(rename = "duration_s", serialize_with = "as_seconds")]
    pub duration: Duration,
    /// The alert that goes on in its place, where two ranges became one.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "as_optional_text"
    )]
    pub merged_into: Option<Ulid>,
}

/// The claim of an alert and its evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Details {
    /// By what means.
    pub kind: Kind,
    /// How sure.
    pub grade: Grade,
    /// One minus the probability that this is chance.
    pub confidence: f64,
    /// The tightest range that covers the blocked destinations and no working one.
    pub prefix: IpNet,
    /// The blocked prefixes, the first 128 of them in an event.
    #[serde(serialize_with = "first_members")]
    pub members: Vec<IpNet>,
    /// How many blocked prefixes there are.
    pub members_total: usize,
    /// Why.
    pub evidence: EvidenceDetails,
}

/// The numbers behind an alert.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvidenceDetails {
    /// Trials since the range began to fail.
    pub trials: u64,
    /// Those that failed.
    pub failed: u64,
    /// Once-alive hosts that fail.
    pub destinations_failed: u32,
    /// Hosts of the range that answered meanwhile.
    pub destinations_ok: u32,
    /// Working prefixes in the sibling of the range.
    pub ok_witnesses: usize,
    /// What failed before.
    pub baseline_failure_rate: f64,
    /// Log-likelihood ratio of a block, in nats.
    pub llr: f64,
    /// The stage most failures had reached.
    pub stage: &'static str,
    /// Failed trials by verdict.
    pub symptoms: BTreeMap<&'static str, u64>,
    /// Where connections were cut off, if any was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stalls: Option<StallDetails>,
    /// What injectors left behind since the range began to fail.
    #[serde(flatten)]
    pub traces: Tally,
}

impl Details {
    /// What is claimed of `range`, where the evidence is enough for a claim. An alert that was
    /// `graded` once keeps its grade while its destinations recover.
    pub fn of(range: &Range, traces: &Traces, graded: Option<Grade>) -> Option<Self> {
        let grade = grade(range).max(graded)?;
        Some(Self {
            kind: kind(range),
            grade,
            confidence: confidence(range.llr),
            prefix: range.prefix,
            members: range.members.clone(),
            members_total: range.members.len(),
            evidence: EvidenceDetails::of(range, traces.of(&range.members)),
        })
    }

    /// Whether both say the same, whatever the numbers behind it.
    pub fn is_same_claim(&self, other: &Self) -> bool {
        (self.kind, self.grade, self.prefix) == (other.kind, other.grade, other.prefix)
            && self.members == other.members
    }
}

impl EvidenceDetails {
    fn of(range: &Range, traces: Tally) -> Self {
        let symptoms = Verdict::ALL
            .into_iter()
            .map(|verdict| (verdict.name(), range.evidence.symptoms[verdict.index()]))
            .filter(|(_, count)| *count > 0)
            .collect();
        Self {
            trials: range.evidence.ok + range.evidence.failed(),
            failed: range.evidence.failed(),
            destinations_failed: range.destinations_failed,
            destinations_ok: range.destinations_ok,
            ok_witnesses: range.ok_witnesses,
            baseline_failure_rate: decimals(range.baseline_failure_rate, 4),
            llr: decimals(range.llr, 1),
            stage: leading_stage(range).name(),
            symptoms,
            stalls: StallDetails::of(&range.evidence.stalls),
            traces,
        }
    }
}

fn grade(range: &Range) -> Option<Grade> {
    match range.destinations_failed {
        0 | 1 => None,
        2 if range.proofs() == 0 => Some(Grade::Suspected),
        _ => Some(Grade::Confirmed),
    }
}

/// By what means most trials failed; where two are level, the one that proves more.
fn kind(range: &Range) -> Kind {
    let failed = |kind: &Kind| -> u64 {
        let verdicts = Verdict::ALL.into_iter();
        let own = verdicts.filter(|verdict| Kind::of(*verdict) == Some(*kind));
        own.map(|verdict| range.evidence.symptoms[verdict.index()])
            .sum()
    };
    Kind::ALL
        .into_iter()
        .max_by_key(failed)
        .unwrap_or(Kind::SynBlackhole)
}

fn leading_stage(range: &Range) -> Stage {
    Stage::ALL
        .into_iter()
        .rev()
        .max_by_key(|stage| range.evidence.stages[stage.index()])
        .unwrap_or(Stage::PostSyn)
}

/// Rounded down, so that it never shows the certainty of 1.
fn confidence(llr: f64) -> f64 {
    ((1.0 - (-llr).exp()) * 10_000.0).floor().min(9_999.0) / 10_000.0
}

fn decimals(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

fn as_text<S: Serializer>(id: &Ulid, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

#[expect(clippy::ref_option, reason = "the signature that serde wants")]
fn as_optional_text<S: Serializer>(id: &Option<Ulid>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => as_text(id, serializer),
        None => serializer.serialize_none(),
    }
}

fn first_members<S: Serializer>(members: &[IpNet], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(members.iter().take(MEMBERS))
}

#[cfg(test)]
mod tests;
