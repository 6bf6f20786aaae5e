//! Like Suricata's EVE: what its readers look at, and the event as it is (`detector`).

use serde_json::{Value, json};

use super::{Severity, summary, time};

/// Rules of our own, apart from anybody's numbers.
const FIRST_SIGNATURE: u32 = 9_180_000;
/// The order never changes, since it numbers them.
const KINDS: [&str; 8] = [
    "syn_blackhole",
    "rst_injection",
    "data_blackhole",
    "data_cutoff",
    "quic_blackhole",
    "icmp_blocked",
    "uplink_outage",
    "allow_list",
];

/// `event` in that form.
pub(super) fn of(event: &Value) -> Value {
    let mut eve = json!({
        "timestamp": timestamp(event),
        "event_type": "detector",
        "detector": event,
    });
    if event["event"] == "alert" {
        eve["event_type"] = json!("alert");
        eve["host"] = event["observer"]["host"].clone();
        eve["alert"] = alert(event);
        if let Some(iface) = event["observer"]["iface"][0].as_str() {
            eve["in_iface"] = json!(iface);
        }
    }
    eve
}

fn alert(event: &Value) -> Value {
    json!({
        "action": "allowed",
        "gid": 1,
        "signature_id": signature(event["kind"].as_str().unwrap_or_default()),
        "rev": 1,
        "signature": summary(event),
        "category": "Address-range blocking",
        "severity": match Severity::of(event) {
            Severity::Error => 1,
            Severity::Warning => 2,
            Severity::Notice | Severity::Info => 3,
        },
    })
}

fn signature(kind: &str) -> u32 {
    (FIRST_SIGNATURE..)
        .zip(KINDS)
        .find(|(_, it)| *it == kind)
        .map_or(FIRST_SIGNATURE + 999, |(number, _)| number)
}

/// With microseconds and an offset without a colon, as Suricata writes it.
fn timestamp(event: &Value) -> Value {
    time(event, "ts").map_or(Value::Null, |ts| {
        Value::from(ts.strftime("%Y-%m-%dT%H:%M:%S.%6f+0000").to_string())
    })
}
