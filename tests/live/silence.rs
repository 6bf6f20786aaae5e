//! What is no censorship, and raises no alert. Each test proves that there was traffic, and trouble.

pub(crate) mod beginning;
pub(crate) mod dying;
pub(crate) mod line;
pub(crate) mod manners;
pub(crate) mod overload;
pub(crate) mod quiet;
pub(crate) mod scan;

use std::time::Duration;

use anyhow::{Result, bail};
use detector_tests::{Counts, Traffic};
use serde_json::Value;

use crate::{alert::is_alert, stage::Stage};

/// How long a trouble is borne. An alert takes seven seconds where there is reason for one.
const TROUBLE: Duration = Duration::from_secs(20);

/// Bears trouble, and after it what is left of it.
fn bear(stage: &Stage) -> Result<()> {
    stage.stay(TROUBLE, is_alert)
}

/// Ends a stage on which there was no alert at all.
fn end_in_silence(stage: Stage) -> Result<()> {
    ensure_no(&stage.end()?, is_alert)
}

fn ensure_no(events: &[Value], unwanted: fn(&Value) -> bool) -> Result<()> {
    match events.iter().find(|event| unwanted(event)) {
        Some(event) => bail!("unwanted: {event}"),
        None => Ok(()),
    }
}

/// The counts of those inside and those around.
fn all_counts(stage: &Stage) -> [Counts; 2] {
    [&stage.inside, &stage.around].map(Traffic::counts)
}
