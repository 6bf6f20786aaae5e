//! The numbers behind an alert.
//!
//! Must not know what is claimed.

use std::{borrow::Cow, collections::BTreeMap};

use detector_common::verdict::Stage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    event::stall::StallDetails,
    judge::{evidence::Evidence, range::Range},
    snapshot::failures,
    traces::Tally,
};

/// The numbers behind an alert.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
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
    pub stage: Cow<'static, str>,
    /// Failed trials by verdict.
    pub symptoms: BTreeMap<Cow<'static, str>, u64>,
    /// Where connections were cut off, if any was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stalls: Option<StallDetails>,
    /// What injectors left behind since the range began to fail.
    #[serde(flatten)]
    pub traces: Tally,
}

impl EvidenceDetails {
    pub(super) fn of(range: &Range, traces: Tally) -> Self {
        Self {
            destinations_failed: range.destinations_failed,
            destinations_ok: range.destinations_ok,
            ok_witnesses: range.ok_witnesses,
            baseline_failure_rate: decimals(range.baseline_failure_rate, 4),
            llr: decimals(range.llr, 1),
            traces,
            ..Self::bare(&range.evidence)
        }
    }

    pub(super) fn bare(evidence: &Evidence) -> Self {
        let symptoms = failures()
            .map(|verdict| (verdict.name().into(), evidence.symptoms[verdict.index()]))
            .filter(|(_, count)| *count > 0)
            .collect();
        Self {
            trials: evidence.ok + evidence.failed(),
            failed: evidence.failed(),
            destinations_failed: 0,
            destinations_ok: 0,
            ok_witnesses: 0,
            baseline_failure_rate: 0.0,
            llr: 0.0,
            stage: leading_stage(evidence).name().into(),
            symptoms,
            stalls: StallDetails::of(&evidence.stalls),
            traces: Tally::default(),
        }
    }
}

fn leading_stage(evidence: &Evidence) -> Stage {
    Stage::ALL
        .into_iter()
        .rev()
        .max_by_key(|stage| evidence.stages[stage.index()])
        .unwrap_or(Stage::PostSyn)
}

fn decimals(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}
