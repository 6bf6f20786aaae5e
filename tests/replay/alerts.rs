//! A block in a capture is told as it would have been told live, in the capture's own time.

use std::time::Duration;

use anyhow::Result;
use detector_tests::{
    Plan,
    frames::Frame,
    plan::hosts,
    script::{Obstacle, Script},
};
use serde_json::json;

use crate::{
    capture::{LinkType, Packet, Style},
    run::{Folder, replay},
    traffic::BEGIN,
};

const BLOCKED: &str = "198.18.16.0/20";
const NEIGHBOURS: &str = "198.18.32.0/20";

pub(crate) fn a_blocked_range_is_told_and_its_end_too() -> Result<()> {
    let mut script = Script::new(vec![plan(BLOCKED)?, plan(NEIGHBOURS)?]);
    let mut packets = Vec::new();
    let mut play = |script: &mut Script, until| {
        script.play(Duration::from_secs(until), |at, frame| {
            packets.push(packet(at, frame));
        });
    };
    play(&mut script, 30);
    script.path.obstruct(BLOCKED.parse()?, Obstacle::Drop);
    play(&mut script, 60);
    script.path.clear();
    play(&mut script, 120);

    let folder = Folder::new()?;
    let capture = Style::PLAIN.file(LinkType::IP, &packets);
    let told = replay(&[], &[&folder.file("capture", &capture)?])?;
    let alerts: Vec<_> = told
        .events
        .iter()
        .filter(|event| event["event"] == "alert")
        .collect();
    let (first, last) = (alerts[0], alerts[alerts.len() - 1]);
    assert_eq!(first["state"], "firing");
    assert_eq!(
        (&first["kind"], &first["prefix"]),
        (&json!("syn_blackhole"), &json!(BLOCKED))
    );
    let ts = first["ts"].as_str().unwrap_or_default();
    assert!(
        ("2026-01-01T00:00:33".."2026-01-01T00:00:50").contains(&ts),
        "{ts}"
    );
    assert_eq!(
        (&last["state"], &last["id"]),
        (&json!("resolved"), &first["id"])
    );
    assert_eq!(told.summary()?["alerts"], json!({ "syn_blackhole": 1 }));

    let again = replay(&[], &[&folder.file("capture", &capture)?])?;
    assert_eq!(
        again.events, told.events,
        "the same capture, the same lines"
    );
    Ok(())
}

/// Thirty connections a second to hosts all over the range.
fn plan(range: &str) -> Result<Plan> {
    Ok(Plan {
        connections_per_second: 30,
        ..Plan::to(hosts(range.parse()?, 24, 8, 443)?)
    })
}

fn packet(at: Duration, frame: &Frame) -> Packet {
    Packet {
        at: BEGIN + at,
        bytes: frame.packet().to_vec(),
    }
}
