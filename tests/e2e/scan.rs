//! Somebody behind the gateway asks a million addresses that nobody has: what is tracked must stay, and what finds no
//! room must be counted.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use detector_tests::{frames::Frame, sender::Sender};
use serde_json::{Value, json};

use crate::{
    ground::Ground,
    meter::Meter,
    mix, step,
    watcher::{Mode, Watch, Watcher},
};

const DESTINATIONS: u32 = 1 << 20;
/// Half of the servers' networks; the scan goes to the other half.
const TRACKED: u32 = 256;
/// Longer than a detector is silent.
const PATIENCE: Duration = Duration::from_secs(45);

/// What came of it.
pub(crate) struct Scan {
    without: Pace,
    with: Pace,
    /// Of the heartbeat after it.
    heartbeat: Value,
}

#[derive(Clone, Copy, Debug)]
struct Pace {
    per_second: f64,
    packet_ns: f64,
}

impl Scan {
    pub(crate) fn measure(ground: &Ground, sender: &Sender) -> Result<Self> {
        step("a scan of a million destinations");
        let scan = mix::scan(DESTINATIONS);
        let watcher = Watcher::Detector(Mode::Generic);
        let without = Pace::of(sender, &scan, &Watch::Nothing)?;
        let watch = watcher.start(&ground.gateway)?;
        let Watch::Detector(detector) = &watch else {
            bail!("no detector");
        };
        sender.send(&mix::opening_of(TRACKED), Some(100_000))?;
        let with = Pace::of(sender, &scan, &watch)?;
        let is_heartbeat = |event: &Value| event["event"] == "heartbeat";
        let heartbeat = detector.wait_for_after(Instant::now(), PATIENCE, is_heartbeat)?;
        watch.end()?;
        Ok(Self {
            without,
            with,
            heartbeat: heartbeat.event,
        })
    }

    pub(crate) fn table(&self) -> Result<String> {
        let Self { without, with, .. } = self;
        Ok(format!(
            "SYNs to {DESTINATIONS} destinations as fast as possible; {TRACKED} networks tracked before, {} after it; lost, by \
             map: {}.\n\n| watcher | SYNs/s | CPU ns a SYN |\n|---|---|---|\n\
             | {} | {:.0} | {:.0} |\n| {} | {:.0} | {:.0} |\n",
            self.tracked_after()?,
            self.lost(),
            Watcher::Nothing.name(),
            without.per_second,
            without.packet_ns,
            Watcher::Detector(Mode::Generic).name(),
            with.per_second,
            with.packet_ns,
        ))
    }

    pub(crate) fn json(&self) -> Result<Value> {
        let pace = |it: Pace| json!({ "packets_per_s": it.per_second, "packet_ns": it.packet_ns });
        Ok(json!({
            "destinations": DESTINATIONS,
            "tracked_before": TRACKED,
            "tracked_after": self.tracked_after()?,
            "lost": self.heartbeat["lost"],
            "without": pace(self.without),
            "with": pace(self.with),
        }))
    }

    fn tracked_after(&self) -> Result<u64> {
        self.heartbeat["prefixes"].as_u64().context("no prefixes")
    }

    fn lost(&self) -> String {
        let lost = self.heartbeat["lost"].as_object();
        let maps: Vec<String> = lost
            .into_iter()
            .flatten()
            .map(|(map, lost)| format!("{map} {lost}"))
            .collect();
        if maps.is_empty() {
            "nothing".to_owned()
        } else {
            maps.join(", ")
        }
    }
}

impl Pace {
    fn of(sender: &Sender, scan: &[Frame], watch: &Watch) -> Result<Self> {
        let meter = Meter::new(watch.pid())?;
        let before = meter.read()?;
        let sent = sender.send(scan, None)?;
        let used = meter.since(before)?;
        Ok(Self {
            per_second: sent.rate(),
            packet_ns: used.as_secs_f64() * 1e9 / f64::from(DESTINATIONS),
        })
    }
}
