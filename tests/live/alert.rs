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

/// Whether the alert is firing and claims just this range.
pub(crate) fn is_whole(event: &Value, range: IpNet) -> bool {
    is_alert(event) && event["state"] != "resolved" && event["prefix"] == range.to_string()
}

/// The range of `area` that the alert is about, which it claims or a part of it. Hence it claims no healthy
/// prefix, which all lie outside.
pub(crate) fn blocked_range(alert: &Value, area: Area) -> Result<IpNet> {
    let prefix: IpNet = alert["prefix"].as_str().context("no prefix")?.parse()?;
    let mut blocked = area.blocked.iter();
    let range = blocked.find(|range| range.contains(&prefix));
    range
        .copied()
        .with_context(|| format!("an innocent range: {alert}"))
}

/// Whether the alert says what was done.
pub(crate) fn check(alert: &Value, charge: Charge) -> Result<()> {
    ensure!(alert["kind"] == charge.kind, "a wrong kind: {alert}");
    let stage = &alert["evidence"]["stage"];
    ensure!(*stage == charge.stage, "a wrong stage: {alert}");
    ensure!(
        shows(alert, charge.symptom),
        "no {}: {alert}",
        charge.symptom
    );
    let grade = &alert["grade"];
    ensure!(
        ["suspected", "confirmed"].iter().any(|it| grade == it),
        "an unknown grade: {alert}"
    );
    Ok(())
}

pub(crate) fn shows(alert: &Value, symptom: &str) -> bool {
    alert["evidence"]["symptoms"][symptom].as_u64() > Some(0)
}

/// All alerts in short, a line each, for an error message.
pub(crate) fn history(alerts: &[&Value]) -> String {
    let shown = ["ts", "state", "id", "kind", "grade", "prefix"];
    let line = |alert: &&Value| shown.map(|key| alert[key].to_string()).join(" ");
    alerts.iter().map(line).collect::<Vec<_>>().join("\n")
}
