//! What a detector says of the rules that it was given.

use std::{fs, path::Path};

use anyhow::{Result, ensure};
use detector_tests::{Lab, address::WAN_INTERFACE};
use tempfile::TempDir;

use crate::stage::{PATIENCE, end, watch};

const ENDED: &str = r#"
    [[ignore]]
    prefix = "198.18.16.0/20"
    reason = "test bench"
    until = "2026-01-01"
"#;

pub(crate) fn a_rule_that_has_ended_is_told_and_kept_alerts_are_counted() -> Result<()> {
    let lab = Lab::open()?;
    let folder = TempDir::new()?;
    let path = folder.path().join("detector.toml");
    fs::write(&path, ENDED)?;
    let arguments = ["--wan", WAN_INTERFACE, "--config", text(&path)];
    let (detector, _attached) = watch(&lab.gateway, &arguments)?;
    let told = detector.wait_for(PATIENCE, |it| it["event"] == "config")?;
    ensure!(
        told.event["state"] == "ignore_expired"
            && told.event["prefix"] == "198.18.16.0/20"
            && told.event["until"] == "2026-01-01T00:00:00.000Z"
            && told.event.get("kind").is_none(),
        "{}",
        told.event
    );
    let heartbeat = detector.wait_for(PATIENCE, |it| it["event"] == "heartbeat")?;
    ensure!(heartbeat.event["ignored"] == 0, "{}", heartbeat.event);
    end(&detector)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}
