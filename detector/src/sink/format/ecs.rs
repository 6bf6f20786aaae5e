//! Elastic Common Schema: the fields that its users search by, and beside them the event as it is (`detector`).

use serde_json::{Value, json};

use super::{Severity, summary, time};

const VERSION: &str = "8.17.0";

/// `event` by that schema.
pub(super) fn of(event: &Value) -> Value {
    let name = event["event"].as_str().unwrap_or_default();
    let mut ecs = json!({
        "@timestamp": event["ts"],
        "ecs": {"version": VERSION},
        "message": summary(event),
        "log": {"level": level(Severity::of(event))},
        "event": {
            "kind": kind(name),
            "module": "detector",
            "dataset": format!("detector.{name}"),
            "severity": 7 - Severity::of(event).syslog(),
        },
        "detector": event,
    });
    if name == "alert" {
        add_alert(&mut ecs, event);
    }
    ecs
}

fn kind(name: &str) -> &'static str {
    match name {
        "alert" => "alert",
        "heartbeat" => "metric",
        _ => "event",
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "notice",
        Severity::Info => "info",
    }
}

fn add_alert(ecs: &mut Value, event: &Value) {
    let observer = &event["observer"];
    let to = &mut ecs["event"];
    to["id"] = event["id"].clone();
    to["category"] = json!(["network"]);
    to["type"] = match event["state"].as_str() {
        Some("firing") => json!(["start"]),
        Some("resolved") => json!(["end"]),
        _ => json!(["change"]),
    };
    to["action"] = event["kind"].clone();
    to["start"] = event["since"].clone();
    if event["state"] == "resolved" {
        to["end"] = event["ts"].clone();
    }
    if let Some((since, ts)) = time(event, "since").zip(time(event, "ts")) {
        to["duration"] =
            i64::try_from(ts.duration_since(since).as_nanos()).map_or(Value::Null, Value::from);
    }
    ecs["rule"] = json!({"name": event["kind"], "category": "address-range blocking"});
    ecs["observer"] = json!({
        "hostname": observer["host"],
        "type": "sensor",
        "product": "detector",
        "version": observer["version"],
    });
    if let Some(prefix) = event["prefix"].as_str() {
        ecs["destination"] = json!({"address": prefix});
    }
}
