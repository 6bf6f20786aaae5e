//! The most that can come, for as long as one likes: what the detector keeps in memory of its own stays what it was.

use std::{fs, time::Duration};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Flood, address::WAN_INTERFACE, long::so_many, measured};
use nix::unistd::Pid;

use super::sweep::sweep;
use crate::{alert::is_alert, area::V4, stage::Stage};

/// All tables are full by the end of the first third.
const SHORT: Duration = Duration::from_secs(30);
const LONG: Duration = Duration::from_mins(30);
/// What comes and goes with a poll.
const LEEWAY_KIB: u64 = 256;

/// The clients of the lab are served all the while, and nobody is accused.
pub(crate) fn memory_stays_what_it_was_under_full_load() -> Result<()> {
    let stage = Stage::open(V4)?;
    let sweep = Flood::start(&stage.lab.gateway, WAN_INTERFACE, sweep(), None)?;
    let third = so_many(SHORT, LONG) / 3;
    stage.stay(third, is_alert)?;
    let before = own_kib(stage.detector.pid())?;
    stage.stay(2 * third, is_alert)?;
    let after = own_kib(stage.detector.pid())?;
    let sent = sweep.stop()?;
    stage.end()?;
    measured(
        "soak::memory_stays_what_it_was_under_full_load",
        format_args!(
            "{before} KiB after {} s, {after} KiB after {} s; {sent} SYNs beside the clients' traffic",
            third.as_secs(),
            (3 * third).as_secs()
        ),
    );
    ensure!(
        after <= before + LEEWAY_KIB,
        "{before} KiB became {after} KiB"
    );
    Ok(())
}

/// Heap and stacks. What else is resident are files and the kernel's own maps, which do not grow.
fn own_kib(process: Pid) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    Ok(kib.context("no resident set")?.parse()?)
}
