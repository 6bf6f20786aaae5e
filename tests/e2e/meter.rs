//! Processor time, of everybody who has to do with a packet and of nobody else: of this process, which sends and whose
//! threads the kernel carries packets on, of the kernel's own threads for packets, and of a watcher with its children.
//!
//! What others do on the machine meanwhile is not in it but for the caches. It holds for kernels that charge the handling
//! of packets to the thread it happens on (no `CONFIG_IRQ_TIME_ACCOUNTING`).

use std::{fs, time::Duration};

use anyhow::{Context as _, Result};
use detector_tests::process::children;
use nix::{
    time::{ClockId, clock_getcpuclockid},
    unistd::Pid,
};

const KERNEL_THREADS: &str = "ksoftirqd/";

/// A set of processor clocks.
#[derive(Debug)]
pub(crate) struct Meter(Vec<ClockId>);

impl Meter {
    /// Of this process and the kernel, and of `watcher` with the children that it has by now.
    pub(crate) fn new(watcher: Option<Pid>) -> Result<Self> {
        let mut clocks = vec![ClockId::CLOCK_PROCESS_CPUTIME_ID];
        for pid in kernel_threads()? {
            clocks.push(clock_getcpuclockid(pid)?);
        }
        let watcher = watcher.map(Self::of).transpose()?;
        clocks.extend(watcher.into_iter().flat_map(|Self(clocks)| clocks));
        Ok(Self(clocks))
    }

    /// Of one process and its children.
    pub(crate) fn of(pid: Pid) -> Result<Self> {
        let mut clocks = vec![clock_getcpuclockid(pid)?];
        for child in children(pid)? {
            clocks.push(clock_getcpuclockid(child)?);
        }
        Ok(Self(clocks))
    }

    /// What they have used since they had used `before`.
    pub(crate) fn since(&self, before: Duration) -> Result<Duration> {
        Ok(self.read()?.saturating_sub(before))
    }

    /// What they have used since they exist.
    pub(crate) fn read(&self) -> Result<Duration> {
        let times = self.0.iter().map(|clock| clock.now().map(Duration::from));
        let sum = times.sum::<nix::Result<Duration>>();
        sum.context("a process that is measured has ended")
    }
}

fn kernel_threads() -> Result<Vec<Pid>> {
    let mut threads = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // Whoever has ended since is none of them.
        let command = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        threads.extend(
            command
                .starts_with(KERNEL_THREADS)
                .then(|| Pid::from_raw(pid)),
        );
    }
    Ok(threads)
}
