//! The service file, as systemd reads it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anyhow::{Result, ensure};
use detector_tests::program;
use tempfile::TempDir;

const TOOL: &str = "systemd-analyze";
const FILE: &str = "../detector/dist/detector.service";
const INSTALLED: &str = "/usr/bin/detector";
/// The worst exposure that is put up with, in tenths of ten.
const THRESHOLD: &str = "--threshold=15";

/// What is missing here to read it.
pub(crate) fn missing() -> Option<String> {
    let is_there = Command::new(TOOL).arg("--version").output().is_ok();
    (!is_there).then(|| format!("there is no {TOOL}"))
}

pub(crate) fn systemd_finds_little_exposed() -> Result<()> {
    let path = path();
    let output = analyze(
        &["security", "--offline=true", "--no-pager", THRESHOLD],
        &path,
    )?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let worst: Vec<_> = text
        .lines()
        .filter(|line| line.contains(['✗', '→']))
        .collect();
    ensure!(output.status.success(), "{}", worst.join("\n"));
    Ok(())
}

pub(crate) fn systemd_understands_every_line_but_what_is_newer_than_itself() -> Result<()> {
    let folder = TempDir::new()?;
    let copy = folder.path().join("detector.service");
    let detector = program::detector()?.display().to_string();
    fs::write(
        &copy,
        fs::read_to_string(path())?.replace(INSTALLED, &detector),
    )?;
    let output = analyze(&["verify", "--man=no"], &copy)?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let ours = text
        .lines()
        .filter(|line| line.contains("detector.service"));
    let complaints: Vec<_> = ours
        .filter(|line| !line.contains("notify-reload"))
        .collect();
    ensure!(output.status.success() && complaints.is_empty(), "{text}");
    Ok(())
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)
}

fn analyze(arguments: &[&str], file: &Path) -> Result<Output> {
    Ok(Command::new(TOOL).args(arguments).arg(file).output()?)
}
