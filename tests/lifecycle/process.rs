//! What the kernel says of a process: its threads, what they may do, and its children.

use std::{collections::BTreeMap, fs};

use anyhow::{Context as _, Result, ensure};
use detector_tests::process::children;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// The lines of a thread's status, by name.
#[derive(Clone, Debug)]
pub(crate) struct Status(BTreeMap<String, String>);

impl Status {
    pub(crate) fn is(&self, name: &str, value: &str) -> bool {
        self.0.get(name).is_some_and(|it| it == value)
    }

    /// A set of capabilities, as bits.
    pub(crate) fn capabilities(&self, set: &str) -> Result<u64> {
        let digits = self.0.get(set).with_context(|| format!("no {set}"))?;
        Ok(u64::from_str_radix(digits, 16)?)
    }
}

/// One status for each thread.
pub(crate) fn threads(pid: Pid) -> Result<Vec<Status>> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"))?;
    let statuses = tasks.map(|task| {
        let text = fs::read_to_string(task?.path().join("status"))?;
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.trim().to_owned());
        Ok(Status(lines.map(owned).collect()))
    });
    let statuses: Vec<Status> = statuses.collect::<Result<_>>()?;
    ensure!(!statuses.is_empty(), "{pid} has no thread");
    Ok(statuses)
}

/// The helper of a detector: its only child.
pub(crate) fn helper(pid: Pid) -> Result<Pid> {
    let children = children(pid)?;
    ensure!(children.len() < 2, "it has more than a helper");
    children.first().copied().context("it has no helper")
}

/// A process that is stopped until this is dropped.
pub(crate) struct Stopped(Pid);

impl Stopped {
    pub(crate) fn new(process: Pid) -> Result<Self> {
        kill(process, Signal::SIGSTOP)?;
        Ok(Self(process))
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        // It may be gone.
        kill(self.0, Signal::SIGCONT).ok();
    }
}
