use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn alert() -> Value {
    json!({
        "schema": "detector/1", "event": "alert", "ts": "2026-11-22T10:35:20.123Z", "id": "A", "state": "firing",
        "kind": "syn_blackhole", "grade": "confirmed", "confidence": 0.9999, "prefix": "198.18.16.0/20",
        "members": ["198.18.16.0/24"], "members_total": 1, "since": "2026-11-22T10:35:11Z",
        "observer": {"host": "gw1"}, "collateral": "AMAZON", "caveats": ["one_uplink"],
        "evidence": {"trials": 61, "failed": 61, "destinations_failed": 19, "stage": "post_syn",
            "symptoms": {"syn_timeout": 61}}
    })
}

fn page_of(lines: &[String]) -> String {
    let mut told = Told::default();
    told.take_in(lines.join("\n").as_bytes()).unwrap();
    page(&told).into_string()
}

#[test]
fn an_alert_is_on_the_timeline_the_map_the_charts_the_table_and_the_lists() {
    let page = page_of(&[alert().to_string()]);
    assert!(page.matches("198.18.16.0/20").count() >= 5, "{page}");
    for part in [
        "syn_timeout",
        "post_syn",
        "AMAZON",
        "gw1",
        "still firing",
        "198.0.0.0/8",
        "one_uplink",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn a_page_without_an_alert_says_so() {
    let page = page_of(&[]);
    assert!(page.contains("No alert was told."));
}

#[test]
fn damaged_lines_are_said() {
    let page = page_of(&[alert().to_string(), "half".to_owned(), "{}".to_owned()]);
    assert!(page.contains("2 lines could not be read"));
}

#[test]
fn a_page_loads_nothing_and_runs_nothing() {
    let page = page_of(&[alert().to_string()]);
    for word in [
        "http:",
        "https:",
        "<script",
        "url(",
        "src=\"",
        "javascript:",
        " onload",
    ] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn alerts_without_a_range_and_of_unknown_kinds_are_shown() {
    let mut outage = alert();
    outage["kind"] = json!("something_new");
    outage["prefix"] = Value::Null;
    let page = page_of(&[outage.to_string()]);
    assert!(page.contains("everything") && page.contains("something_new"));
}

/// Every string of an event, replaced.
fn poisoned(value: Value, poison: &str) -> Value {
    match value {
        Value::String(_) => json!(poison),
        Value::Array(values) => values.into_iter().map(|it| poisoned(it, poison)).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let is_parsed =
                    ["event", "ts", "since", "prefix", "members"].contains(&name.as_str());
                let value = if is_parsed {
                    value
                } else {
                    poisoned(value, poison)
                };
                (name, value)
            });
            fields.collect()
        }
        other => other,
    }
}

fn with_names_of(mut event: Value, poison: &str) -> Value {
    event["evidence"]["symptoms"] = json!({poison: 3});
    event
}

/// Tags of a page, but for those that its own alerts make more or fewer of.
fn tags(page: &str) -> Vec<String> {
    let tags = page
        .split('<')
        .skip(1)
        .map(|tag| tag.split([' ', '>']).next().unwrap_or_default().to_owned());
    tags.collect()
}

fn assert_harmless(poison: &str) {
    let event = with_names_of(poisoned(alert(), poison), poison);
    let plain = with_names_of(poisoned(alert(), "x"), "x");
    let page = page_of(&[event.to_string()]);
    assert_eq!(
        tags(&page),
        tags(&page_of(&[plain.to_string()])),
        "{poison:?}"
    );
    let is_ours = |char: char| char == '\n' || !char.is_control();
    assert!(page.chars().all(is_ours), "{poison:?}");
    assert!(
        !page.contains(['\u{2028}', '\u{2029}', '\u{202e}']),
        "{poison:?}"
    );
}

#[test]
fn text_of_an_event_is_never_markup() {
    for poison in [
        "</script><script>alert(1)</script>",
        "</style><img src=x onerror=alert(1)>",
        "\" onload=\"alert(1)",
        "'><svg/onload=alert(1)>",
        "\u{1b}[2J\u{9b}31m",
        "a\u{2028}b\u{2029}c\u{202e}d",
        "]]>&lt;!--",
        "\0\u{7f}\u{ffff}",
    ] {
        assert_harmless(poison);
    }
    assert_harmless(&"<".repeat(60_000));
}

proptest! {
    #[test]
    fn no_text_of_an_event_is_markup(poison in "[ -~\\p{Cc}<>\"'&/]{1,80}") {
        assert_harmless(&poison);
    }

    #[test]
    fn no_line_ends_it(lines in prop::collection::vec("[ -~]{0,60}", 0..8)) {
        page_of(&lines);
    }
}
