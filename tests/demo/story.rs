//! What both stages tell, live and offline: the same words, the same traffic, the same end.

use std::{fs, io::Write as _, net::SocketAddr, path::PathBuf};

use anyhow::{Context as _, Result};
use detector_tests::{Plan, plan::hosts, program};
use serde_json::Value;

use crate::{
    scenario::{BLOCKED, HEALTHY, HOSTS, PORT},
    timeline::Timeline,
};

pub(crate) const SETTING: &str = "clients - gateway - censor - internet; 50 ms round trip";
pub(crate) const HEALTHY_SEEN: &str = "healthy traffic seen; now the censor sets to work";

/// Connections a second to the range, and as many to its neighbours.
const PER_SECOND: u32 = 30;

pub(crate) fn rates() -> String {
    format!("{PER_SECOND} connections a second to {BLOCKED}, as many to its neighbours")
}

pub(crate) fn relief() -> String {
    format!("lets {BLOCKED} go")
}

/// What the clients of the range do, and those of its neighbours.
pub(crate) fn plans() -> Result<[Plan; 2]> {
    let mut neighbours = Vec::new();
    for range in HEALTHY {
        neighbours.extend(hosts(range, 24, HOSTS, PORT)?);
    }
    Ok([hosts(BLOCKED, 24, HOSTS, PORT)?, neighbours].map(plan))
}

fn plan(targets: Vec<SocketAddr>) -> Plan {
    Plan {
        connections_per_second: PER_SECOND,
        ..Plan::to(targets)
    }
}

/// Whether an alert speaks of the whole range.
pub(crate) fn is_whole(event: &Value) -> bool {
    event["prefix"] == BLOCKED.to_string()
}

/// The alert in full, and all events in a file.
pub(crate) fn conclude(name: &str, events: &[Value], shown: &Value) -> Result<()> {
    let path = keep(name, events)?;
    Timeline::note("\nThe alert in full:");
    Timeline::note(&serde_json::to_string_pretty(shown)?);
    Timeline::note(&format!("\nAll events: {}", path.display()));
    Ok(())
}

fn keep(name: &str, events: &[Value]) -> Result<PathBuf> {
    let path = program::directory()?.join(format!("{name}.ndjson"));
    let mut file = fs::File::create(&path).with_context(|| path.display().to_string())?;
    for event in events {
        writeln!(file, "{event}").with_context(|| path.display().to_string())?;
    }
    Ok(path)
}
