//! What is wrong with a detector, by its own word.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    figures::{several, span},
    status::Status,
};

/// Polls come once a second: what is older is late.
const FRESH: Duration = Duration::from_secs(5);

/// What is wrong at `now`, the worst first, each in a few words; empty where all is well.
pub fn complaints(status: &Status, now: Timestamp) -> Vec<String> {
    let age = now.duration_since(status.at).unsigned_abs();
    let mut complaints = Vec::new();
    if age > FRESH {
        complaints.push(format!("the latest poll was {} ago", span(age)));
    }
    if status.interfaces.is_empty() {
        complaints.push("no interface is watched".to_owned());
    }
    let lost: u64 = status.lost.values().sum();
    if lost > 0 {
        complaints.push(format!(
            "{} for want of room",
            several(lost, "loss", "losses")
        ));
    }
    if !status.config.is_read {
        complaints.push("the settings could not be read again; the old ones hold".to_owned());
    }
    if !status.config.waiting.is_empty() {
        complaints.push(format!(
            "a restart is due for {}",
            status.config.waiting.join(", ")
        ));
    }
    complaints
}
