//! Whatever is in a capture, its replay ends in order and in little memory.

use anyhow::Result;
use detector_tests::{
    corpus::{
        captures::Captures,
        replay::{self, Replay},
    },
    harness,
};
use nix::sys::resource::{UsageWho, getrusage};

/// In the kernel's unit, KiB.
const MOST_MEMORY: i64 = 200 * 1_024;

pub(crate) fn every_capture_ends_in_order_and_in_little_memory() -> Result<()> {
    let captures = Captures::usual()?;
    let replays = replay::all(&captures)?;
    assert_eq!(replays.len(), captures.names().len());
    replays.iter().try_for_each(Replay::ended_in_order)?;
    // The largest of all children; this program has no others than replays.
    let most = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss();
    harness::note(&format!("the largest replay took {most} KiB"));
    assert!(0 < most && most < MOST_MEMORY, "{most} KiB");
    Ok(())
}
