//! Which capabilities the verifier of this kernel asks for.

use std::{os::unix::fs::chown, process::Command};

use anyhow::{Result, bail, ensure};
use detector_tests::{Detector, measured, program};
use tempfile::TempDir;

use crate::pair::{PATIENCE, Pair};

const NOBODY: u32 = 65_534;
const TWO: &str = "-all,+bpf,+net_admin";
const THREE: &str = "-all,+bpf,+net_admin,+perfmon";

pub(crate) fn three_are_enough() -> Result<()> {
    let pair = Pair::wired()?;
    let (detector, _folder) = start(&pair, THREE)?;
    detector.attached(PATIENCE)?;
    Ok(())
}

/// Before Linux 6.16 the verifier follows a processor that speculates to the end of every path, and gives up.
pub(crate) fn two_are_enough_or_the_third_is_named() -> Result<()> {
    let pair = Pair::wired()?;
    let (detector, _folder) = start(&pair, TWO)?;
    if detector.attached(PATIENCE).is_ok() {
        measured("CAP_BPF and CAP_NET_ADMIN", "are enough");
        return Ok(());
    }
    let status = detector.exit(PATIENCE)?;
    let lines = detector.log_lines();
    ensure!(status.code() == Some(77), "{status}: {lines:?}");
    let Some(line) = lines.last().filter(|line| line.contains("CAP_PERFMON")) else {
        bail!("not named: {lines:?}");
    };
    measured("CAP_BPF and CAP_NET_ADMIN", line);
    Ok(())
}

/// As nobody, with a folder for its state.
fn start(pair: &Pair, capabilities: &str) -> Result<(Detector, TempDir)> {
    let folder = TempDir::new()?;
    chown(folder.path(), Some(NOBODY), Some(NOBODY))?;
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid",
            &NOBODY.to_string(),
            "--regid",
            &NOBODY.to_string(),
        ])
        .arg("--clear-groups")
        .arg(format!("--inh-caps={capabilities}"))
        .arg(format!("--ambient-caps={capabilities}"))
        .arg(format!("--bounding-set={capabilities}"))
        .arg(program::detector()?)
        .args(["run", "--wan", "wire"])
        .env("STATE_DIRECTORY", folder.path())
        .env("RUNTIME_DIRECTORY", folder.path());
    Ok((Detector::start_command(&pair.near, &mut command)?, folder))
}
