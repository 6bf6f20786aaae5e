//! Maps that the kernel does not let the detector read, for some polls or any more: `strace` has it refuse.

use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use detector_tests::Detector;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

use crate::{
    hooks::Hooks,
    link::{Link, NAME},
    stage::{PATIENCE, end, watch},
};

/// Of reading; each poll does so several times.
const A_FEW: &str = "1..3";
const ALL: &str = "1+";
/// Until they are refused, at most.
const POLLS: usize = 60;

/// Ends with it.
struct Refusal(Child);

impl Refusal {
    /// Has reading fail for `detector` this often.
    fn of(detector: &Detector, which: &str) -> Result<Self> {
        let mut strace = Command::new("strace");
        strace.args(["-qq", "-o", "/dev/null", "-e", "trace=bpf", "-e"]);
        strace.arg(format!("inject=bpf:error=EBUSY:when={which}"));
        strace.args(["-p", &detector.pid().to_string()]);
        let child = strace.stdin(Stdio::null()).spawn().context("strace")?;
        Ok(Self(child))
    }
}

impl Drop for Refusal {
    fn drop(&mut self) {
        // It may have ended by itself, with whom it traced. Told in this way it lets go of that one first.
        let pid = self.0.id().cast_signed();
        kill(Pid::from_raw(pid), Signal::SIGTERM).ok();
        self.0.wait().ok();
    }
}

pub(crate) fn maps_that_cannot_be_read_for_a_while_end_nothing() -> Result<()> {
    let link = Link::new()?;
    let detector = link.watch()?;
    let refusal = Refusal::of(&detector, A_FEW)?;
    let is_borne = || {
        let lines = detector.log_lines();
        lines.iter().any(|line| line.contains("tried again"))
    };
    // One comes with each poll that could read.
    let mut statuses = detector.statuses()?.take(POLLS);
    ensure!(
        statuses.any(|it| it.is_ok() && is_borne()),
        "{:?}",
        detector.log_lines()
    );
    statuses.next().context("it has ended")??;
    drop(refusal);
    end(&detector)
}

pub(crate) fn maps_that_cannot_be_read_any_more_end_it_in_order() -> Result<()> {
    let (link, state) = (Link::new()?, TempDir::new()?);
    let path = state.path().to_str().context("no UTF-8")?;
    let (detector, _attached) = watch(&link.0, &["--wan", NAME, "--state-dir", path])?;
    let _refusal = Refusal::of(&detector, ALL)?;
    let status = detector.exit(PATIENCE)?;
    let lines = detector.log_lines();
    ensure!(status.code() == Some(1), "{status}: {lines:?}");
    let last = lines.last().context("no word")?;
    ensure!(last.starts_with("detector: map "), "{lines:?}");
    let events = detector.events();
    let last = events.last().context("no event")?;
    ensure!(last["state"] == "detached", "the last event is {last}");
    ensure!(link.hooks(NAME)? == Hooks::default(), "something is left");
    // Those are written at the end alone, so soon after the start.
    ensure!(
        state.path().join("destinations.json").exists(),
        "nothing is kept"
    );
    Ok(())
}
