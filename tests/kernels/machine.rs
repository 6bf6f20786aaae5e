//! What becomes of the machine itself: its processors, its sleep, and how far the kernel trusts root. Runs in a virtual
//! machine alone.

use std::{env, fs, time::Duration};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Detector, measured, program};
use nix::{
    sys::signal::Signal,
    time::{ClockId, clock_gettime},
};

use crate::pair::{FAR, PATIENCE, Pair};

/// Set in a virtual machine.
const GUEST: &str = "DETECTOR_GUEST";
const PROCESSORS: &str = "/sys/devices/system/cpu";
const LOCKDOWN: &str = "/sys/kernel/security/lockdown";
/// Where sleep is asked for, and when it is to end.
const STATE: &str = "/sys/power/state";
const ALARM: &str = "/sys/class/rtc/rtc0/wakealarm";
/// From the setting of the alarm on; going to sleep takes its time.
const NIGHT: Duration = Duration::from_secs(20);
/// Longer than a SYN waits for its answer.
const LEAST: Duration = Duration::from_secs(5);

/// What is missing to turn a processor off, which nobody's own machine is asked for.
pub(crate) fn fixed() -> Option<String> {
    let is_movable = fs::exists(second_processor()).unwrap_or(false);
    (!is_ours() || !is_movable)
        .then(|| "no processor of a virtual machine can be turned off".to_owned())
}

/// What is missing to put the machine to sleep, which nobody's own machine is asked for.
pub(crate) fn awake() -> Option<String> {
    let sleeps = fs::read_to_string(STATE).is_ok_and(|states| states.contains("mem"));
    let wakes = fs::exists(ALARM).unwrap_or(false);
    (!is_ours() || !sleeps || !wakes)
        .then(|| "no virtual machine that sleeps and has an alarm clock".to_owned())
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

/// `CLOCK_MONOTONIC` stands still meanwhile, and so does all that waits.
pub(crate) fn a_machine_that_sleeps_goes_on_watching_and_accuses_nobody() -> Result<()> {
    let pair = Pair::wired()?;
    let arguments = ["run", "--wan", "wire"];
    let detector = Detector::start(&pair.near, &program::detector()?, &arguments)?;
    detector.attached(PATIENCE)?;
    pair.follow(&detector, FAR)?;
    let slept = sleep()?;
    ensure!(slept >= LEAST, "slept {slept:?}");
    pair.follow(&detector, FAR)?;
    detector.signal(Signal::SIGTERM)?;
    let status = detector.exit(PATIENCE)?;
    ensure!(status.success(), "it ended with {status}");
    let alert = detector
        .events()
        .into_iter()
        .find(|it| it["event"] == "alert");
    ensure!(alert.is_none(), "{alert:?}");
    measured(
        "sleep",
        format!("{slept:.0?}: every connection before and after is followed, no alert"),
    );
    Ok(())
}

pub(crate) fn a_kernel_that_is_locked_down_is_no_obstacle() -> Result<()> {
    Pair::wired()?.watch("wire", &[], FAR)?;
    measured("lockdown=confidentiality", "follows every connection");
    Ok(())
}

/// Until the alarm goes off. Returns for how long.
fn sleep() -> Result<Duration> {
    let before = asleep()?;
    fs::write(ALARM, format!("+{}", NIGHT.as_secs())).context(ALARM)?;
    fs::write(STATE, "mem").context(STATE)?;
    Ok(asleep()?.saturating_sub(before))
}

/// How long the machine has slept since it booted.
fn asleep() -> Result<Duration> {
    let clocks = [ClockId::CLOCK_BOOTTIME, ClockId::CLOCK_MONOTONIC];
    let [all, awake] = clocks.map(clock_gettime);
    Ok(Duration::from(all?).saturating_sub(awake?.into()))
}

fn is_ours() -> bool {
    env::var_os(GUEST).is_some()
}

fn second_processor() -> String {
    format!("{PROCESSORS}/cpu1/online")
}

fn processors(which: &str) -> Result<String> {
    let text = fs::read_to_string(format!("{PROCESSORS}/{which}"))?;
    Ok(text.trim().to_owned())
}
