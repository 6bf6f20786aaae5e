//! What the kernel says of processes: whose children they are.

use std::fs;

use anyhow::{Context as _, Result};
use nix::unistd::Pid;

/// The processes that `parent` started from its first thread and that have not been reaped.
///
/// # Errors
/// It is gone, or the kernel does not say (`CONFIG_PROC_CHILDREN`).
pub fn children(parent: Pid) -> Result<Vec<Pid>> {
    let path = format!("/proc/{parent}/task/{parent}/children");
    let list = fs::read_to_string(&path).with_context(|| path)?;
    let pids = list
        .split_whitespace()
        .map(|pid| Ok(Pid::from_raw(pid.parse()?)));
    pids.collect()
}
