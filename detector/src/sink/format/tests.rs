use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::*;
use crate::kind::Kind;

fn alert(state: &str) -> Value {
    json!({
        "schema": "detector/1", "event": "alert", "ts": "2026-11-22T10:35:20.123Z",
        "id": "01JD8XG3W1P5QZ7T0A9M4C2K6E", "state": state, "kind": "syn_blackhole",
        "grade": "confirmed", "confidence": 0.9999, "prefix": "198.18.16.0/20",
        "members": ["198.18.16.0/24", "198.18.17.0/24"], "members_total": 2,
        "since": "2026-11-22T10:35:11.000Z",
        "observer": {"host": "gw1", "iface": ["wan0"], "mode": "native", "version": "0.1.0"},
        "evidence": {"trials": 61, "failed": 60}, "caveats": ["one_uplink"], "duration_s": 9,
    })
}

fn others() -> [Value; 3] {
    [
        json!({"event": "heartbeat", "ts": "2026-11-22T10:35:20.123Z", "uptime_s": 7, "prefixes": 3, "alerts_firing": 0}),
        json!({"event": "config", "ts": "2026-11-22T10:35:20.123Z", "state": "rejected", "reason": "line 1"}),
        json!({"event": "interface", "ts": "2026-11-22T10:35:20.123Z", "iface": "wan0", "state": "attached"}),
    ]
}

/// Without the event as it is, which stands in each form once.
fn without(mut value: Value, key: &str) -> Value {
    let whole = value[key].take();
    assert!(whole["event"].is_string(), "{whole}");
    value.as_object_mut().unwrap().remove(key);
    value
}

#[test]
fn ecs_is_as_its_users_search_it() {
    let told = without(ecs::of(&alert("firing")), "detector");
    let expected = json!({
        "@timestamp": "2026-11-22T10:35:20.123Z",
        "ecs": {"version": "8.17.0"},
        "message": "firing syn_blackhole of 198.18.16.0/20: confirmed, 60 of 61 trials failed",
        "log": {"level": "error"},
        "event": {
            "kind": "alert", "module": "detector", "dataset": "detector.alert", "severity": 4,
            "id": "01JD8XG3W1P5QZ7T0A9M4C2K6E", "category": ["network"], "type": ["start"],
            "action": "syn_blackhole", "start": "2026-11-22T10:35:11.000Z", "duration": 9_123_000_000_u64,
        },
        "rule": {"name": "syn_blackhole", "category": "address-range blocking"},
        "observer": {"hostname": "gw1", "type": "sensor", "product": "detector", "version": "0.1.0"},
        "destination": {"address": "198.18.16.0/20"},
    });
    assert_eq!(told, expected);
    let told = ecs::of(&others()[0]);
    assert_eq!(told["event"]["kind"], "metric");
    assert_eq!(told["message"], "alive for 7 s, 3 prefixes, 0 alerts");
}

#[test]
fn ocsf_is_a_detection_finding() {
    let told = without(ocsf::of(&alert("resolved")), "unmapped");
    let since = 1_795_343_711_000_u64;
    let expected = json!({
        "category_uid": 2, "category_name": "Findings",
        "class_uid": 2004, "class_name": "Detection Finding",
        "activity_id": 3, "activity_name": "Close",
        "type_uid": 200_403, "type_name": "Detection Finding: Close",
        "status_id": 4, "status": "Resolved", "is_alert": true,
        "severity_id": 2, "severity": "Low", "confidence_score": 99,
        "time": since + 9_123, "start_time": since, "end_time": since + 9_123, "duration": 9_000,
        "message": "resolved syn_blackhole of 198.18.16.0/20: confirmed, 60 of 61 trials failed",
        "finding_info": {
            "uid": "01JD8XG3W1P5QZ7T0A9M4C2K6E",
            "title": "syn_blackhole of 198.18.16.0/20: confirmed, 60 of 61 trials failed",
            "types": ["syn_blackhole"], "created_time": since, "first_seen_time": since,
            "modified_time": since + 9_123,
            "analytic": {"name": "detector", "type_id": 3, "type": "Statistical"},
        },
        "device": {"hostname": "gw1", "type_id": 0},
        "evidences": [{"data": {"trials": 61, "failed": 60}}],
        "observables": [{"name": "prefix", "type_id": 12, "type": "Subnet", "value": "198.18.16.0/20"}],
        "metadata": {
            "version": "1.3.0", "event_code": "alert",
            "product": {"name": "detector", "vendor_name": "detector", "version": "0.1.0"},
        },
    });
    assert_eq!(told, expected);
    for (state, activity) in [("firing", 1), ("update", 2), ("resolved", 3)] {
        let told = ocsf::of(&alert(state));
        assert_eq!(
            (&told["activity_id"], &told["type_uid"]),
            (&json!(activity), &json!(200_400 + activity))
        );
    }
    for other in others() {
        let told = ocsf::of(&other);
        assert_eq!(
            (&told["class_uid"], &told["type_uid"]),
            (&json!(0), &json!(99))
        );
    }
}

#[test]
fn eve_is_like_an_alert_of_suricata() {
    let told = without(eve::of(&alert("firing")), "detector");
    let expected = json!({
        "timestamp": "2026-11-22T10:35:20.123000+0000",
        "event_type": "alert", "host": "gw1", "in_iface": "wan0",
        "alert": {
            "action": "allowed", "gid": 1, "signature_id": 9_180_000, "rev": 1,
            "signature": "firing syn_blackhole of 198.18.16.0/20: confirmed, 60 of 61 trials failed",
            "category": "Address-range blocking", "severity": 1,
        },
    });
    assert_eq!(told, expected);
    for other in others() {
        assert_eq!(eve::of(&other)["event_type"], "detector");
    }
}

#[test]
fn every_kind_has_a_signature_of_its_own() {
    let numbers: BTreeSet<_> = Kind::ALL
        .iter()
        .map(|kind| {
            let mut event = alert("firing");
            event["kind"] = json!(kind);
            eve::of(&event)["alert"]["signature_id"].as_u64().unwrap()
        })
        .collect();
    assert_eq!(numbers.len(), Kind::ALL.len());
    assert!(numbers.last() < Some(&9_180_999), "one is unknown");
}

/// Each path through objects and lists, with the type of what stands there.
fn types(at: &str, value: &Value, to: &mut BTreeMap<String, &'static str>) {
    let kind = match value {
        Value::Null => return,
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    if let Some(before) = to.insert(at.to_owned(), kind) {
        assert_eq!(before, kind, "{at}");
    }
    for item in value.as_array().into_iter().flatten() {
        types(&format!("{at}[]"), item, to);
    }
    for (key, item) in value.as_object().into_iter().flatten() {
        types(&format!("{at}.{key}"), item, to);
    }
}

#[test]
fn a_key_has_one_type_in_every_event() {
    let states = ["firing", "update", "resolved"].map(alert);
    let mut outage = alert("firing");
    outage.as_object_mut().unwrap().remove("prefix");
    for (form, whole) in [
        (Format::Ecs, "detector"),
        (Format::Ocsf, "unmapped"),
        (Format::Eve, "detector"),
    ] {
        let mut seen = BTreeMap::new();
        for event in states.iter().chain(&others()).chain([&outage]) {
            types("", &without(form.of(event), whole), &mut seen);
        }
        assert!(seen.len() > 8, "{seen:?}");
    }
}

#[test]
fn a_line_that_is_too_long_loses_the_ends_of_its_lists() {
    let mut event = alert("firing");
    event["members"] = (0..128)
        .map(|it| json!(format!("198.18.{it}.0/24")))
        .collect();
    let told = Message::of_alert(&event);
    assert!(told.line.len() > 2_000);
    for format in [Format::Native, Format::Ecs, Format::Ocsf, Format::Eve] {
        let line = format.line(&told, 1_900);
        let event: Value = serde_json::from_str(&line).unwrap();
        assert!(
            line.len() <= 1_900 && line.contains("\"shortened\":true"),
            "{event}"
        );
        assert!(!format.line(&told, usize::MAX).contains("shortened"));
    }
}
