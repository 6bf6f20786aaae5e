//! A wall clock that steps under a running detector, which alone believes it: the clock of the machine stays.
//! Needs the library of `faketime`, and is skipped without.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Detector, Lab, Observation, address::WAN_INTERFACE, privilege, program};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use crate::{
    alert::{self, is_alert, is_whole},
    area::V4,
    blackhole::CHARGE,
    stage::{PATIENCE, Stage},
};

/// The dynamic linker knows where that is.
const LIBRARY: &str = "/usr/$LIB/faketime/libfaketimeMT.so.1";
/// Nothing may come of a step in this time, in which an alert would come, and an all-clear.
const SPAN: Duration = Duration::from_secs(12);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is missing here to step a clock.
pub(crate) fn missing() -> Option<String> {
    let mut faketime = Command::new("faketime");
    let is_installed = faketime
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    let of_the_clock = || (!is_installed).then(|| "the clock lacks faketime".to_owned());
    privilege::missing().or_else(of_the_clock)
}

/// A day forth in peace, two days back under a block.
pub(crate) fn a_step_of_the_wall_clock_neither_raises_nor_ends_an_alert() -> Result<()> {
    let clock = Clock::new()?;
    let stage = Stage::open_watched(V4, |lab| clock.watch(lab))?;
    clock.step(DAY)?;
    stage.stay(SPAN, is_alert)?;

    let range = V4.blocked[0];
    let done = Instant::now();
    let block = stage.lab.censor().drop_range(range)?;
    let detector = &stage.detector;
    let firing = detector.wait_for_after(done, PATIENCE, |it| is_whole(it, range))?;
    check_time(&firing, DAY)?;
    clock.step(-DAY)?;
    stage.stay(SPAN, |it| is_alert(it) && it["state"] != "update")?;

    block.lift()?;
    let resolved = detector.wait_for_after(done, PATIENCE, |it| it["state"] == "resolved")?;
    check_time(&resolved, -DAY)?;
    check_one(&firing, &resolved)?;
    for alert in stage.end()?.iter().filter(|it| is_alert(it)) {
        alert::check(alert, CHARGE)?;
        ensure!(alert["id"] == firing.event["id"], "a second alert: {alert}");
    }
    Ok(())
}

/// The time of an event is that of the wall clock as it was stepped.
fn check_time(seen: &Observation, step: SignedDuration) -> Result<()> {
    let told: Timestamp = seen.event["ts"].as_str().context("no ts")?.parse()?;
    let off = told.duration_since(Timestamp::now() + step).abs();
    ensure!(
        off < SignedDuration::from_mins(5),
        "{step} away: {}",
        seen.event
    );
    Ok(())
}

/// What an alert once said of its beginning stays, and its duration is none of the wall clock's.
fn check_one(firing: &Observation, resolved: &Observation) -> Result<()> {
    let (first, last) = (&firing.event, &resolved.event);
    ensure!(first["since"] == last["since"], "it moved: {first} {last}");
    let seconds = last["duration_s"].as_u64().context("no duration")?;
    let most = PATIENCE * 3;
    ensure!(seconds > 0 && seconds < most.as_secs(), "how long? {last}");
    Ok(())
}

/// The wall clock that a detector believes: off by what a file says.
struct Clock {
    folder: TempDir,
}

impl Clock {
    fn new() -> Result<Self> {
        let clock = Self {
            folder: tempfile::tempdir()?,
        };
        clock.step(SignedDuration::ZERO)?;
        Ok(clock)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    fn step(&self, offset: SignedDuration) -> Result<()> {
        // Complete at any time.
        let new = self.folder.path().join("new");
        fs::write(&new, format!("{:+}\n", offset.as_secs()))?;
        fs::rename(new, self.file()).context("setting the clock")
    }

    fn watch(&self, lab: &Lab) -> Result<Detector> {
        let mut command = Command::new(program::detector()?);
        command
            .args(["run", "--wan", WAN_INTERFACE, "--state-dir"])
            // Of its sandbox's making, it can read there and hardly anywhere else.
            .arg(self.folder.path())
            .env("LD_PRELOAD", LIBRARY)
            .env("FAKETIME_TIMESTAMP_FILE", self.file())
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        let detector = Detector::start_command(&lab.gateway, &mut command)?;
        detector.attached(PATIENCE)?;
        Ok(detector)
    }
}
