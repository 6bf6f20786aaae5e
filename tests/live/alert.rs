//! An alert as the tests read it, out of the event on stdout.

use anyhow::{Context as _, Result, ensure};
use ipnet::IpNet;
use serde_json::Value;

use crate::area::Area;

/// What is alleged, whatever the range.
#[derive(Clone, Copy)]
pub(crate) struct Charge {
    pub(crate) kind: &'static str,
    pub(crate) stage: &'static str,
    /// What has to be among the symptoms.
    pub(crate) symptom: &'static str,
}

pub(crate) fn is_alert(event: &Value) -> bool {
    event["event"] == "alert"
}

/// An alert about our own uplink has no prefix.
pub(crate) fn is_about_a_range(event: &Value) -> bool {
    is_alert(event) && event.get("prefix").is_some()
}

pub(crate) fn is_whole(event: &Value, area: Area) -> bool {
    is_alert(event) && event["prefix"] == area.blocked.to_string()
}

/// Whether the alert says what was done, and of nobody who is healthy.
pub(crate) fn check(alert: &Value, charge: Charge, area: Area) -> Result<()> {
    let prefix: IpNet = alert["prefix"].as_str().context("no prefix")?.parse()?;
    // Hence no healthy prefix is covered, which all lie outside.
    ensure!(area.blocked.contains(&prefix), "an innocent range: {alert}");
    ensure!(alert["kind"] == charge.kind, "a wrong kind: {alert}");
    let stage = &alert["evidence"]["stage"];
    ensure!(*stage == charge.stage, "a wrong stage: {alert}");
    let symptoms = &alert["evidence"]["symptoms"];
    let of_it = symptoms[charge.symptom].as_u64();
    ensure!(of_it > Some(0), "no {}: {alert}", charge.symptom);
    let grade = &alert["grade"];
    ensure!(
        ["suspected", "confirmed"].iter().any(|it| grade == it),
        "an unknown grade: {alert}"
    );
    Ok(())
}

/// All alerts in short, a line each, for an error message.
pub(crate) fn history(alerts: &[&Value]) -> String {
    let shown = ["ts", "state", "id", "kind", "grade", "prefix"];
    let line = |alert: &&Value| shown.map(|key| alert[key].to_string()).join(" ");
    alerts.iter().map(line).collect::<Vec<_>>().join("\n")
}
