//! The service file, as systemd reads it, and what it does about each end of the detector.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Output},
};

use anyhow::{Result, ensure};
use detector::failure::Failure;
use detector_tests::program;
use tempfile::TempDir;

const TOOL: &str = "systemd-analyze";
const FILE: &str = "../detector/dist/detector.service";
const INSTALLED: &str = "/usr/bin/detector";
/// The worst exposure that is put up with, in tenths of ten.
const THRESHOLD: &str = "--threshold=15";
/// What systemd 252 does not know and leaves out; that of the file stands before it where it matters.
const NEWER: [&str; 3] = ["notify-reload", "RestartSteps", "RestartMaxDelaySec"];

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
        .filter(|line| !NEWER.iter().any(|newer| line.contains(newer)))
        .collect();
    ensure!(output.status.success() && complaints.is_empty(), "{text}");
    Ok(())
}

/// An interface that comes late, or memory that is short, must not leave a gateway unwatched until somebody looks.
pub(crate) fn what_may_mend_itself_is_tried_again_without_end_and_ever_more_slowly() -> Result<()> {
    let unit = fs::read_to_string(path())?;
    ensure!(setting(&unit, "Restart")? == "on-failure", "{unit}");
    let never: Vec<ExitCode> = setting(&unit, "RestartPreventExitStatus")?
        .split(' ')
        .map(|code| Ok(ExitCode::from(code.parse::<u8>()?)))
        .collect::<Result<_>>()?;
    for mends in [Failure::Failed, Failure::Memory, Failure::Unavailable] {
        let failure = mends(String::new());
        ensure!(
            !never.contains(&failure.exit_code()),
            "{failure:?} ends it for good"
        );
    }
    for stays in [Failure::Config, Failure::Permission, Failure::Usage] {
        let failure = stays(String::new());
        ensure!(
            never.contains(&failure.exit_code()),
            "{failure:?} is tried for ever"
        );
    }
    ensure!(setting(&unit, "StartLimitIntervalSec")? == "0", "{unit}");
    let seconds = |key| -> Result<u32> { Ok(setting(&unit, key)?.parse()?) };
    let (first, last) = (seconds("RestartSec")?, seconds("RestartMaxDelaySec")?);
    ensure!(0 < first && first < last && last <= 60, "{first}, {last}");
    ensure!(seconds("RestartSteps")? > 1, "{unit}");
    Ok(())
}

/// Of a key that the unit has once.
fn setting<'a>(unit: &'a str, key: &str) -> Result<&'a str> {
    let lines = unit.lines().filter_map(|line| line.split_once('='));
    let values: Vec<_> = lines.filter(|(name, _)| *name == key).collect();
    ensure!(values.len() == 1, "{key} {} times", values.len());
    Ok(values[0].1)
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)
}

fn analyze(arguments: &[&str], file: &Path) -> Result<Output> {
    Ok(Command::new(TOOL).args(arguments).arg(file).output()?)
}
