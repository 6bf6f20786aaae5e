//! The most that can come, for as long as one likes: what the detector keeps in memory of its own stays what it was.

use std::time::Duration;

use anyhow::{Result, ensure};
use detector_tests::{Flood, address::WAN_INTERFACE, long::so_many, measured, memory::Pages};

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
    let before = Pages::of(stage.detector.pid())?.anonymous_kib;
    stage.stay(2 * third, is_alert)?;
    let after = Pages::of(stage.detector.pid())?.anonymous_kib;
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
