//! What an alert says: the claim, and whose it is.
//!
//! Must not know: when an alert fires, or who reads it.

mod evidence;
mod grade;

use std::time::Duration;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use ulid::Ulid;

pub use self::{evidence::EvidenceDetails, grade::Grade};
use super::as_seconds;
use crate::{
    judge::{
        cusum::{LOOKS, ORDINARY},
        outage::{Plight, Trouble},
        range::Range,
    },
    kind::Kind,
    moment::Moment,
    names::Share,
    observer::Observer,
    status::Standing,
    traces::Traces,
};

/// Members listed in one event; a line stays under 8 KiB.
const MEMBERS: usize = 128;
/// Bytes of the shares told in one event, which says each of them twice; as many as fit.
const SHARES: usize = 1_400;

/// Where an alert is in its life.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It begins.
    Firing,
    /// The range or the evidence changed.
    Update,
    /// The range works again.
    Resolved,
}

impl State {
    /// Its name in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Update => "update",
            Self::Resolved => "resolved",
        }
    }
}

/// An alert event.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct AlertEvent {
    /// One identity from first to last.
    #[schemars(with = "String")]
    pub id: Ulid,
    /// Where it is in its life.
    pub state: State,
    /// What is claimed, and why.
    #[serde(flatten, serialize_with = "in_short")]
    pub details: Details,
    /// When the first destination began to fail.
    pub since: Moment,
    /// Whose the blocked prefixes are, most blocked first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Share>,
    /// The same for whoever reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collateral: Option<String>,
    /// Who saw it.
    pub observer: Observer,
    /// What limits the view.
    pub caveats: Vec<&'static str>,
    /// How long it lasts by now.
    #[serde(rename = "duration_s", serialize_with = "as_seconds")]
    #[schemars(with = "u64")]
    pub duration: Duration,
    /// The alert that goes on in its place, where two ranges became one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub merged_into: Option<Ulid>,
}

impl AlertEvent {
    /// Says whose the blocked prefixes are.
    pub fn tell_names(&mut self, mut shares: Vec<Share>) {
        let mut bytes = 0;
        shares.retain(|share| {
            bytes += serde_json::to_string(share).map_or(SHARES, |json| json.len());
            bytes <= SHARES
        });
        let said: Vec<String> = shares.iter().map(Share::to_string).collect();
        self.collateral = (!said.is_empty()).then(|| said.join("; "));
        self.names = shares;
    }
}

/// The claim of an alert and its evidence.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Details {
    /// By what means.
    pub kind: Kind,
    /// How sure.
    pub grade: Grade,
    /// One minus the probability that this is chance.
    pub confidence: f64,
    /// The tightest range that covers the blocked destinations and no working one; none where
    /// everything fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub prefix: Option<IpNet>,
    /// The blocked prefixes, the first 128 of them in an event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub members: Vec<IpNet>,
    /// How many blocked prefixes there are.
    pub members_total: usize,
    /// How much of the range was seen to be blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<Observed>,
    /// The ranges that work without exception, where nearly nothing does; 128 of them in an event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub survivors: Vec<IpNet>,
    /// Why.
    pub evidence: EvidenceDetails,
}

/// How much of a range was seen to be blocked. The rest is claimed because it lies between.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Observed {
    /// Blocked prefixes.
    pub prefixes: usize,
    /// Prefixes of that length that the range has.
    pub of: u64,
}

impl Details {
    /// What is claimed of `range`, where the evidence is enough for a claim. An alert that was
    /// `graded` once keeps its grade while its destinations recover.
    pub fn of(range: &Range, traces: &Traces, graded: Option<Grade>) -> Option<Self> {
        let grade = Grade::of(range).max(graded)?;
        Some(Self {
            kind: range.evidence.kind(),
            grade,
            confidence: confidence(LOOKS * (-range.llr).exp()),
            prefix: Some(range.prefix),
            members: range.members.clone(),
            members_total: range.members.len(),
            observed: Observed::of(range),
            survivors: Vec::new(),
            evidence: EvidenceDetails::of(range, traces.of(&range.members)),
        })
    }

    /// What is claimed where everything fails, or nearly.
    pub fn of_trouble(trouble: &Trouble) -> Self {
        let failed = u32::try_from(trouble.prefixes_failed).unwrap_or(u32::MAX);
        Self {
            kind: match trouble.plight {
                Plight::Outage => Kind::UplinkOutage,
                Plight::AllowList => Kind::AllowList,
            },
            grade: Grade::Confirmed,
            confidence: confidence(ORDINARY.1.powf(failed.into())),
            prefix: None,
            members: Vec::new(),
            members_total: trouble.prefixes_failed,
            observed: None,
            survivors: trouble.survivors.clone(),
            evidence: EvidenceDetails {
                destinations_failed: failed,
                ok_witnesses: trouble.survivors.len(),
                ..EvidenceDetails::bare(&trouble.evidence)
            },
        }
    }

    /// The same in a few words, of the alert `id`; it was told.
    pub const fn standing(&self, id: Ulid, since: &Moment) -> Standing {
        Standing {
            id,
            kind: self.kind,
            grade: self.grade,
            confidence: self.confidence,
            prefix: self.prefix,
            members: self.members_total,
            since: since.wall,
            trials: self.evidence.trials,
            failed: self.evidence.failed,
            destinations_failed: self.evidence.destinations_failed,
            ok_witnesses: self.evidence.ok_witnesses,
            is_told: true,
            told_prefix: self.prefix,
        }
    }

    /// Whether both say the same, whatever the numbers behind it.
    pub fn is_same_claim(&self, other: &Self) -> bool {
        (self.kind, self.grade, self.prefix) == (other.kind, other.grade, other.prefix)
            && self.members == other.members
    }
}

impl Observed {
    fn of(range: &Range) -> Option<Self> {
        let bits = range.members.first()?.prefix_len();
        let spare = bits.saturating_sub(range.prefix.prefix_len());
        Some(Self {
            prefixes: range.members.len(),
            of: 1_u64.checked_shl(spare.into()).unwrap_or(u64::MAX),
        })
    }
}

/// What is left of certainty, rounded down, so that it never shows the certainty of 1.
fn confidence(false_alarm: f64) -> f64 {
    ((1.0 - false_alarm) * 10_000.0).floor().clamp(0.0, 9_999.0) / 10_000.0
}

/// With as many prefixes as a line has room for.
fn in_short<S: Serializer>(details: &Details, serializer: S) -> Result<S::Ok, S::Error> {
    let first = |nets: &[IpNet]| nets.iter().take(MEMBERS).copied().collect();
    Details {
        members: first(&details.members),
        survivors: first(&details.survivors),
        ..details.clone()
    }
    .serialize(serializer)
}

#[cfg(test)]
mod tests;
