//! A detector that the machine stops for a while, as a debugger does: the programs go on counting.

use std::time::{Duration, Instant};

use anyhow::Result;
use detector_tests::{long::so_many, measured};
use nix::sys::signal::Signal;

use crate::{
    alert::{self, is_alert, is_whole},
    area::V4,
    blackhole::CHARGE,
    stage::{PATIENCE, Stage},
};

/// An alert would come in this time.
const SPAN: Duration = Duration::from_secs(12);
/// Of what came while it was stopped nobody knows what came first, and each destination counts again after two minutes.
const AGAIN: Duration = Duration::from_mins(5);

/// In its long form another block begins while it is stopped.
pub(crate) fn a_detector_that_was_stopped_accuses_nobody_and_sees_what_comes() -> Result<()> {
    let stop = so_many(Duration::from_secs(20), Duration::from_mins(5));
    let stage = Stage::open(V4)?;
    let detector = &stage.detector;
    detector.signal(Signal::SIGSTOP)?;
    stage.stay(stop, |_| true)?;
    detector.signal(Signal::SIGCONT)?;
    stage.stay(SPAN, is_alert)?;
    block(&stage, "after it", || Ok(()))?;
    if so_many(false, true) {
        detector.signal(Signal::SIGSTOP)?;
        block(&stage, "while it was stopped", || {
            stage.stay(stop, |_| true)?;
            detector.signal(Signal::SIGCONT)
        })?;
    }
    for event in stage.end()?.iter().filter(|it| is_alert(it)) {
        alert::check(event, CHARGE)?;
    }
    Ok(())
}

/// From a block to its end; `meanwhile` is over when the detector watches.
fn block(stage: &Stage, when: &str, meanwhile: impl FnOnce() -> Result<()>) -> Result<()> {
    let range = V4.blocked[0];
    let block = stage.lab.censor().drop_range(range)?;
    meanwhile()?;
    let watches = Instant::now();
    let detector = &stage.detector;
    let told = detector.wait_for_after(watches, AGAIN, |it| is_whole(it, range))?;
    measured(
        "pause::a_detector_that_was_stopped_accuses_nobody_and_sees_what_comes",
        format_args!(
            "a block that began {when} is told after {:.1} s",
            (told.at - watches).as_secs_f64()
        ),
    );
    block.lift()?;
    detector.wait_for_after(told.at, PATIENCE, |it| it["state"] == "resolved")?;
    Ok(())
}
