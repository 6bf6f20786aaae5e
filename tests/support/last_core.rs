//! Where packets are made: on one core, lest the scheduler decide what they cost. The first one has the machine's
//! interrupts. Watchers run where they like.

use std::thread;

use anyhow::{Context as _, Result};
use nix::{
    sched::{CpuSet, sched_setaffinity},
    unistd::Pid,
};

/// Keeps the calling thread there, and the threads and processes that it starts. Once in a thread: from there, the last
/// core is the only one.
///
/// # Errors
/// When the kernel refuses.
pub fn stay() -> Result<()> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut set = CpuSet::new();
    set.set(cores - 1)?;
    sched_setaffinity(Pid::from_raw(0), &set).context("staying on the last core")
}
