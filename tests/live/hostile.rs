//! Senders who mean harm: what they send is not to be believed, hides no block, and is told where it costs something.

pub(crate) mod blind;
pub(crate) mod broken;
pub(crate) mod forged;
mod siege;
pub(crate) mod soak;
pub(crate) mod space;
pub(crate) mod sweep;
mod witness;

use anyhow::{Context as _, Result};
use detector_tests::Detector;
use serde_json::Value;

/// Polls between two looks at how full the tables are, and two more.
const A_LOOK: usize = 12;

/// How things stand after a poll that is still to come.
fn latest(detector: &Detector) -> Result<Value> {
    after_polls(detector, 1)
}

/// The same, once the tables have been looked at again.
fn looked_at(detector: &Detector) -> Result<Value> {
    after_polls(detector, A_LOOK)
}

fn after_polls(detector: &Detector, polls: usize) -> Result<Value> {
    let status = detector.statuses()?.nth(polls);
    status.context("the detector has ended")?
}

/// What is lost, of all these kinds together.
fn lost(status: &Value, kinds: &[&str]) -> u64 {
    let counts = kinds.iter().map(|kind| status["lost"][kind].as_u64());
    counts.flatten().sum()
}

/// How many a table holds.
fn entries(status: &Value, table: &str) -> Option<u64> {
    let mut tables = status["tables"].as_array()?.iter();
    tables.find(|it| it["name"] == table)?["entries"].as_u64()
}
