//! The helper that holds the programs: neither it nor the detector goes on without the other.

use std::{fs, os::unix::process::ExitStatusExt as _};

use anyhow::{Context as _, Result, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    hooks::Hooks,
    link::{Link, NAME},
    pins::wait_for_hooks,
    process,
    stage::PATIENCE,
};

/// Half a minute.
const POLLS: usize = 30;

pub(crate) fn a_detector_without_its_helper_says_so_and_ends() -> Result<()> {
    let link = Link::new()?;
    let detector = link.watch()?;
    kill(process::helper(detector.pid())?, Signal::SIGKILL)?;
    let status = detector.exit(PATIENCE)?;
    ensure!(status.code() == Some(1), "it ended with {status}");
    let events = detector.events();
    let last = events.last().context("no event")?;
    ensure!(last["state"] == "detached", "the last event is {last}");
    let lines = detector.log_lines();
    let is_said = |line: &String| line.contains("helper") && line.contains("nothing is watched");
    ensure!(lines.last().is_some_and(is_said), "{lines:?}");
    ensure!(link.hooks(NAME)? == Hooks::default(), "something is left");
    Ok(())
}

/// It is asked every ten seconds, and waited for twice as long as it may take.
pub(crate) fn a_detector_whose_helper_hangs_says_so_and_ends() -> Result<()> {
    let link = Link::new()?;
    let detector = link.watch()?;
    let helper = process::helper(detector.pid())?;
    let statuses = detector.statuses()?;
    let stopped = process::Stopped::new(helper)?;
    // One comes each second until it has ended; the end of its output is the helper's.
    let polls = statuses.take(POLLS).count();
    drop(stopped);
    ensure!(polls < POLLS, "it goes on after {polls} polls");
    let status = detector.exit(PATIENCE)?;
    ensure!(status.code() == Some(1), "it ended with {status}");
    let lines = detector.log_lines();
    let cure = format!("kill -9 {helper}");
    let is_said = |line: &String| line.contains("not answered") && line.contains(&cure);
    ensure!(lines.last().is_some_and(is_said), "{lines:?}");
    wait_for_hooks(&link.0, NAME, |it| *it == Hooks::default())
}

/// Its output ends when the last process that holds it does, and that is the helper.
pub(crate) fn the_helper_of_a_killed_detector_ends() -> Result<()> {
    let link = Link::new()?;
    let detector = link.watch()?;
    let helper = process::helper(detector.pid())?;
    ensure!(is_helper(helper), "{helper} is none");
    let status = detector.kill()?;
    ensure!(status.signal() == Some(9), "it ended with {status}");
    ensure!(link.hooks(NAME)? == Hooks::default(), "something is left");
    ensure!(!is_helper(helper), "{helper} lives");
    Ok(())
}

/// Signals of a terminal reach both; the detector still says its last words, and the helper waits for that.
pub(crate) fn a_helper_outlives_the_signals_that_are_for_the_detector() -> Result<()> {
    let link = Link::new()?;
    let detector = link.watch()?;
    let helper = process::helper(detector.pid())?;
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        kill(helper, signal)?;
    }
    detector.signal(Signal::SIGINT)?;
    let status = detector.exit(PATIENCE)?;
    ensure!(
        status.success(),
        "it ended with {status}: {:?}",
        detector.log_lines()
    );
    Ok(())
}

/// Whether a helper runs there; one that has ended has no command line, even while nobody has reaped it.
fn is_helper(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|it| it.contains("kernel-helper"))
}
