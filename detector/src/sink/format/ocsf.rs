//! Open Cybersecurity Schema Framework: an alert is a detection finding, everything else a base event. What it has
//! no field for is `unmapped`, which is the event as it is.

use serde_json::{Value, json};

use super::{Severity, claim, summary, time};

const VERSION: &str = "1.3.0";
const FINDING: u32 = 2_004;
/// Of base events, which have no activities of their own.
const OTHER: u32 = 99;
/// The type of an observable that is a range of addresses.
const SUBNET: u32 = 12;

/// `event` by that schema.
pub(super) fn of(event: &Value) -> Value {
    let mut ocsf = json!({
        "time": millis(event, "ts"),
        "message": summary(event),
        "severity_id": severity(event).0,
        "severity": severity(event).1,
        "metadata": {
            "version": VERSION,
            "product": {
                "name": "detector",
                "vendor_name": "detector",
                "version": event["observer"]["version"].as_str().unwrap_or(env!("CARGO_PKG_VERSION")),
            },
            "event_code": event["event"],
        },
        "unmapped": event,
    });
    let class = match event["event"].as_str() {
        Some("alert") => alert(event),
        _ => base(),
    };
    if let (Value::Object(to), Value::Object(class)) = (&mut ocsf, class) {
        to.extend(class);
    }
    ocsf
}

fn base() -> Value {
    json!({
        "category_uid": 0, "category_name": "Uncategorized",
        "class_uid": 0, "class_name": "Base Event",
        "activity_id": OTHER, "activity_name": "Other",
        "type_uid": OTHER, "type_name": "Base Event: Other",
    })
}

fn alert(event: &Value) -> Value {
    let (activity_id, activity, status_id, status) = match event["state"].as_str() {
        Some("firing") => (1, "Create", 1, "New"),
        Some("resolved") => (3, "Close", 4, "Resolved"),
        _ => (2, "Update", 2, "In Progress"),
    };
    let mut finding = json!({
        "category_uid": 2, "category_name": "Findings",
        "class_uid": FINDING, "class_name": "Detection Finding",
        "activity_id": activity_id, "activity_name": activity,
        "type_uid": FINDING * 100 + activity_id,
        "type_name": format!("Detection Finding: {activity}"),
        "status_id": status_id, "status": status,
        "is_alert": true,
        "confidence_score": percent(&event["confidence"]),
        "start_time": millis(event, "since"),
        "duration": event["duration_s"].as_u64().map(|seconds| seconds * 1_000),
        "finding_info": finding_info(event),
        "device": {"hostname": event["observer"]["host"], "type_id": 0},
        "evidences": [{"data": event["evidence"]}],
    });
    if event["state"] == "resolved" {
        finding["end_time"] = millis(event, "ts").into();
    }
    if let Some(prefix) = event["prefix"].as_str() {
        finding["observables"] =
            json!([{"name": "prefix", "type_id": SUBNET, "type": "Subnet", "value": prefix}]);
    }
    finding
}

fn finding_info(event: &Value) -> Value {
    json!({
        "uid": event["id"],
        "title": claim(event),
        "types": [event["kind"]],
        "created_time": millis(event, "since"),
        "first_seen_time": millis(event, "since"),
        "modified_time": millis(event, "ts"),
        "analytic": {"name": "detector", "type_id": 3, "type": "Statistical"},
    })
}

fn severity(event: &Value) -> (u32, &'static str) {
    match Severity::of(event) {
        Severity::Error => (4, "High"),
        Severity::Warning => (3, "Medium"),
        Severity::Notice => (2, "Low"),
        Severity::Info => (1, "Informational"),
    }
}

fn millis(event: &Value, key: &str) -> Option<i64> {
    time(event, key).map(jiff::Timestamp::as_millisecond)
}

/// A share as whole percents, rounded down: a number of other digits would be another type to its readers.
#[expect(clippy::cast_possible_truncation, reason = "a share is at most 1")]
#[expect(clippy::cast_sign_loss, reason = "a share is at least 0")]
fn percent(share: &Value) -> Option<u64> {
    let share = share.as_f64()?.clamp(0.0, 1.0);
    Some((share * 100.0).floor() as u64)
}
