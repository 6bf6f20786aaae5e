//! What a replay is told beforehand: names and rules.

use anyhow::Result;
use serde_json::{Value, json};

use crate::{
    capture::{LinkType, Style},
    run::{Folder, replay},
    traffic::packets,
};

fn capture(folder: &Folder) -> Result<std::path::PathBuf> {
    folder.file("capture", &Style::PLAIN.file(LinkType::IP, &packets()))
}

pub(crate) fn a_rule_that_expired_is_told_once_in_the_captures_time() -> Result<()> {
    let folder = Folder::new()?;
    folder.file("own.csv", b"198.18.0.0/15,the bench\n")?;
    // The first expires amid the capture, the second long after it.
    let settings = r#"
        labels = ["own.csv"]
        [[ignore]]
        prefix = "198.18.16.0/20"
        kind = "data_cutoff"
        reason = "test bench"
        until = "2026-01-01T00:00:05Z"
        [[ignore]]
        prefix = "2001:db8::/44"
        reason = "ours"
        until = "2027-01-01"
    "#;
    let settings = folder.file("detector.toml", settings.as_bytes())?;
    let settings = ["--config", &settings.display().to_string()];
    let told = replay(&settings, &[&capture(&folder)?])?;
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    let mut events = told.events.iter();
    let expired: Vec<&Value> = events
        .by_ref()
        .filter(|it| it["event"] == "config")
        .collect();
    let expected = json!({
        "schema": "detector/1",
        "event": "config",
        "ts": expired[0]["ts"],
        "state": "ignore_expired",
        "prefix": "198.18.16.0/20",
        "kind": "data_cutoff",
        "reason": "test bench",
        "until": "2026-01-01T00:00:05.000Z",
        "ignored": 0,
    });
    assert_eq!(expired, [&expected]);
    let at = expired[0]["ts"].as_str().unwrap_or_default();
    assert!(
        ("2026-01-01T00:00:05".."2026-01-01T00:00:07").contains(&at),
        "{at}"
    );
    assert_eq!(told.summary()?["ignored"], 0);
    Ok(())
}

pub(crate) fn bad_settings_end_it_before_a_capture_is_read() -> Result<()> {
    let folder = Folder::new()?;
    let labels = folder.file("own.csv", b"# ours\n198.18.0.1/15,the bench\n")?;
    let labels = labels.display().to_string();
    let missing = std::path::Path::new("/nonexistent/capture.pcap");
    let told = replay(&["--labels", &labels], &[missing])?;
    assert_eq!((told.code, told.events.len()), (Some(78), 0));
    assert_eq!(
        told.stderr,
        format!(
            "detector: {labels}: line 2: 198.18.0.1/15 has bits set beyond its length: \
             write 198.18.0.0/15\n"
        )
    );
    Ok(())
}
