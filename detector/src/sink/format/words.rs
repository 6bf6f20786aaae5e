//! An event in a few words, for whoever reads lines.

use serde_json::Value;

/// One line that says what `event` does.
pub(in crate::sink) fn summary(event: &Value) -> String {
    let word = |key: &str| event[key].as_str().unwrap_or_default();
    match word("event") {
        "alert" => format!("{} {}", word("state"), claim(event)),
        "interface" => format!("interface {} {}", word("iface"), word("state")),
        "overflow" => format!("overflow: {} {} found no room", event["lost"], word("map")),
        "config" => match word("reason") {
            "" => format!("configuration {}", word("state")),
            reason => format!("configuration {}: {reason}", word("state")),
        },
        "heartbeat" => format!(
            "alive for {} s, {} prefixes, {} alerts",
            event["uptime_s"], event["prefixes"], event["alerts_firing"]
        ),
        other => other.to_owned(),
    }
}

/// The same of an alert, wherever it is in its life.
pub(in crate::sink) fn claim(event: &Value) -> String {
    let word = |key: &str| event[key].as_str().unwrap_or_default();
    let range = match word("prefix") {
        "" => String::new(),
        prefix => format!(" of {prefix}"),
    };
    let evidence = &event["evidence"];
    format!(
        "{}{range}: {}, {} of {} trials failed",
        word("kind"),
        word("grade"),
        evidence["failed"],
        evidence["trials"]
    )
}
