//! How sure an alert is. Must not know how likely it is to be chance: the judge does.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::judge::range::Range;

/// A lone prefix that falls silent for less is more often a router that restarts than a block.
const LASTING: Duration = Duration::from_mins(5);

/// How sure it is.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Two once-alive destinations fail.
    Suspected,
    /// Three do, in more than one prefix or for some minutes, or two with proof of a third party.
    Confirmed,
}

impl Grade {
    /// Its name in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Suspected => "suspected",
            Self::Confirmed => "confirmed",
        }
    }

    /// What the evidence is enough for, if it is for a claim.
    pub(super) fn of(range: &Range) -> Option<Self> {
        let is_proven = range.evidence.proofs() > 0;
        let is_lasting = range.members.len() > 1 || range.age >= LASTING;
        match range.destinations_failed {
            0 | 1 => None,
            2 if is_proven => Some(Self::Confirmed),
            3.. if is_proven || is_lasting => Some(Self::Confirmed),
            _ => Some(Self::Suspected),
        }
    }
}
