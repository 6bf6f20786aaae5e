//! What the detector keeps in memory of its own once it tracks all the prefixes it has room for, and remembers as many
//! destinations.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use detector_tests::{memory::Pages, sender::Sender};
use serde_json::{Value, json};

use crate::{
    ground::Ground,
    mix, step,
    watcher::{Mode, Watch, Watcher},
};

/// Of 65,536, as many destinations in twice as many places: one in a hundred finds its set full.
const FEWEST: u64 = 64_500;
/// Two heartbeats.
const PATIENCE: Duration = Duration::from_secs(75);

/// What was measured.
pub(crate) struct Resident {
    idle: Pages,
    full: Pages,
    prefixes: u64,
}

impl Resident {
    /// Before the first packet, and behind the heartbeat that names every prefix.
    pub(crate) fn measure(ground: &Ground, sender: &Sender) -> Result<Self> {
        step("the resident set");
        let watch = Watcher::Detector(Mode::Generic).start(&ground.gateway)?;
        let Watch::Detector(detector) = &watch else {
            bail!("no detector");
        };
        let idle = Pages::of(detector.pid())?;
        sender.send(&mix::opening_everywhere(), Some(100_000))?;
        let is_full = |event: &Value| {
            event["event"] == "heartbeat" && event["prefixes"].as_u64() >= Some(FEWEST)
        };
        let heartbeat = detector.wait_for_after(Instant::now(), PATIENCE, is_full)?;
        let full = Pages::of(detector.pid())?;
        let prefixes = heartbeat.event["prefixes"].as_u64();
        watch.end()?;
        Ok(Self {
            idle,
            full,
            prefixes: prefixes.context("no prefixes")?,
        })
    }

    pub(crate) fn table(&self) -> String {
        let rows = [("nothing", self.idle), ("everything", self.full)];
        let head = format!(
            "The resident set of the detector before the first packet and with {} prefixes tracked, one destination \
             remembered in each.\n\n\
             | it has seen | its own, MiB | files and maps of the kernel, MiB |\n|---|---|---|\n",
            self.prefixes
        );
        rows.into_iter().fold(head, |table, (seen, pages)| {
            let [own, file] = [pages.anonymous_kib, pages.file_kib].map(mebibytes);
            table + &format!("| {seen} | {own:.1} | {file:.1} |\n")
        })
    }

    pub(crate) fn json(&self) -> Value {
        let pages =
            |it: Pages| json!({ "anonymous_kib": it.anonymous_kib, "file_kib": it.file_kib });
        json!({ "prefixes": self.prefixes, "idle": pages(self.idle), "full": pages(self.full) })
    }
}

#[expect(clippy::cast_precision_loss, reason = "for the eye")]
fn mebibytes(kib: u64) -> f64 {
    kib as f64 / 1_024.0
}
