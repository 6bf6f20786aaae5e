//! What the detector keeps in memory of its own once it tracks all the prefixes it has room for, and remembers as many
//! destinations.

use std::{
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use detector_tests::sender::Sender;
use nix::unistd::Pid;
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

/// A resident set, in KiB, as the kernel divides it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pages {
    /// Its own: heap and stack.
    anonymous: u64,
    /// Of files, and of the maps of the kernel that it has mapped.
    file: u64,
}

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
            let [own, file] = [pages.anonymous, pages.file].map(mebibytes);
            table + &format!("| {seen} | {own:.1} | {file:.1} |\n")
        })
    }

    pub(crate) fn json(&self) -> Value {
        let pages = |it: Pages| json!({ "anonymous_kib": it.anonymous, "file_kib": it.file });
        json!({ "prefixes": self.prefixes, "idle": pages(self.idle), "full": pages(self.full) })
    }
}

impl Pages {
    fn of(process: Pid) -> Result<Self> {
        let path = format!("/proc/{process}/status");
        let status = fs::read_to_string(&path).with_context(|| path)?;
        Self::read(&status).with_context(|| format!("no resident set in {status:?}"))
    }

    /// Which maps of the kernel count as files depends on the kernel's version; some count as shared memory.
    fn read(status: &str) -> Option<Self> {
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        Some(Self {
            anonymous: kib("RssAnon:")?,
            file: kib("RssFile:")? + kib("RssShmem:")?,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "for the eye")]
fn mebibytes(kib: u64) -> f64 {
    kib as f64 / 1_024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resident_set_is_read_from_what_the_kernel_says() {
        let status =
            "VmRSS:\t  7000 kB\nRssAnon:\t 4000 kB\nRssFile:\t 2900 kB\nRssShmem:\t 100 kB\n";
        let pages = Pages {
            anonymous: 4_000,
            file: 3_000,
        };
        assert_eq!(Pages::read(status), Some(pages));
        assert_eq!(Pages::read("VmRSS:\t 7000 kB\n"), None);
    }
}
