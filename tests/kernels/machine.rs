//! What becomes of the machine itself: its processors, and how far the kernel trusts root. Runs in a virtual machine alone.

use std::{env, fs};

use anyhow::{Context as _, Result};
use detector_tests::{Detector, measured, program};

use crate::pair::{FAR, PATIENCE, Pair};

/// Set in a virtual machine.
const GUEST: &str = "DETECTOR_GUEST";
const PROCESSORS: &str = "/sys/devices/system/cpu";
const LOCKDOWN: &str = "/sys/kernel/security/lockdown";

/// What is missing to turn a processor off, which nobody's own machine is asked for.
pub(crate) fn fixed() -> Option<String> {
    let is_movable = fs::exists(second_processor()).unwrap_or(false);
    let is_ours = env::var_os(GUEST).is_some();
    (!is_ours || !is_movable)
        .then(|| "no processor of a virtual machine can be turned off".to_owned())
}

/// What is missing for the test of a kernel that is locked down.
pub(crate) fn open() -> Option<String> {
    let said = fs::read_to_string(LOCKDOWN).unwrap_or_default();
    (!said.contains("[confidentiality]")).then(|| "the kernel is not locked down".to_owned())
}

/// Counters lie in an area for each processor that there may ever be.
pub(crate) fn a_processor_that_goes_and_comes_back_takes_no_count_along() -> Result<()> {
    let pair = Pair::wired()?;
    let arguments = ["run", "--wan", "wire"];
    let detector = Detector::start(&pair.near, &program::detector()?, &arguments)?;
    detector.attached(PATIENCE)?;
    let mut online = Vec::new();
    for state in ["1", "0", "1"] {
        fs::write(second_processor(), state).context("the second processor")?;
        online.push(processors("online")?);
        pair.follow(&detector, FAR)?;
    }
    let possible = processors("possible")?;
    measured(
        "processors",
        format!(
            "{possible} possible, {} online: every packet is counted",
            online.join(", then ")
        ),
    );
    Ok(())
}

pub(crate) fn a_kernel_that_is_locked_down_is_no_obstacle() -> Result<()> {
    Pair::wired()?.watch("wire", &[], FAR)?;
    measured("lockdown=confidentiality", "follows every connection");
    Ok(())
}

fn second_processor() -> String {
    format!("{PROCESSORS}/cpu1/online")
}

fn processors(which: &str) -> Result<String> {
    let text = fs::read_to_string(format!("{PROCESSORS}/{which}"))?;
    Ok(text.trim().to_owned())
}
