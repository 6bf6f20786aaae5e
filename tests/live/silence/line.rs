//! Our own line: cut, lossy, or under another address.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use detector_tests::{Course, Plan, Traffic};
use serde_json::Value;

use super::{all_counts, bear, end_in_silence};
use crate::{
    alert::{history, is_about_a_range, is_alert},
    area::V4,
    case::{FIRING, RESOLVED},
    stage::{PATIENCE, Stage},
};

const CUT: Duration = Duration::from_secs(20);
/// What was sent into the cut goes on to fail for a while.
const AFTERMATH: Duration = Duration::from_secs(20);

const LOST_PERCENT: u8 = 10;

/// Eight seconds of a slow server, and how long its clients wait.
const SLOW_BYTES: usize = 8_000;
const SLOW_PATIENCE: Duration = Duration::from_secs(10);
/// Connections that the rebinding ends.
const OLD: u64 = 60;

/// Whatever fails while nothing at all works may be our own line: that is told, once, and no range is to blame.
pub(crate) fn a_cut_of_the_uplink_is_one_outage_and_accuses_no_range() -> Result<()> {
    let stage = Stage::open(V4)?;
    let cut = Instant::now();
    let block = stage.lab.censor().drop_range("0.0.0.0/0".parse()?)?;
    stage.detector.wait_for_after(cut, FIRING, is_outage)?;
    stage.stay(CUT.saturating_sub(cut.elapsed()), is_about_a_range)?;
    for counts in all_counts(&stage) {
        ensure!(counts.timed_out > 100, "the line works: {counts:?}");
    }
    let mended = Instant::now();
    block.lift()?;
    let is_over = |event: &Value| is_outage(event) && event["state"] == "resolved";
    stage.detector.wait_for_after(mended, RESOLVED, is_over)?;
    stage.stay(AFTERMATH, is_alert)?;
    for (now, before) in [&stage.inside, &stage.around]
        .into_iter()
        .zip(all_counts(&stage))
    {
        now.wait_until(|now| now.answered > before.answered, PATIENCE)?;
    }
    check_one_outage(&stage.end()?)
}

/// It fires, and it is over; between the two the evidence may change.
fn check_one_outage(events: &[Value]) -> Result<()> {
    let alerts: Vec<_> = events.iter().filter(|it| is_alert(it)).collect();
    let is_one = |alert: &&Value| is_outage(alert) && alert["id"] == alerts[0]["id"];
    ensure!(
        alerts.iter().all(is_one),
        "more than one outage:\n{}",
        history(&alerts)
    );
    let states: Vec<_> = alerts.iter().map(|alert| alert["state"].as_str()).collect();
    let is_whole = states.starts_with(&[Some("firing")]) && states.ends_with(&[Some("resolved")]);
    ensure!(is_whole, "no course of an outage:\n{}", history(&alerts));
    let ends = |state| states.iter().filter(|it| **it == Some(state)).count();
    ensure!(
        ends("firing") == 1 && ends("resolved") == 1,
        "{}",
        history(&alerts)
    );
    Ok(())
}

/// Ours, hence about no range.
fn is_outage(event: &Value) -> bool {
    is_alert(event) && event["kind"] == "uplink_outage" && event.get("prefix").is_none()
}

/// For those who wait five seconds, and for others who give up after one.
pub(crate) fn random_loss_raises_no_alert() -> Result<()> {
    let stage = Stage::open(V4)?;
    let _loss = stage
        .lab
        .censor()
        .lose("0.0.0.0/0".parse()?, LOST_PERCENT)?;
    let plan = Plan {
        timeout: Duration::from_secs(1),
        ..Plan::to(V4.all()?)
    };
    let impatient = Traffic::start(&stage.lab.clients, plan)?;
    bear(&stage)?;
    let counts = impatient.stop()?;
    // Nineteen in a hundred at the first SYN or its answer alone.
    ensure!(counts.timed_out > 10, "nothing is lost: {counts:?}");
    ensure!(counts.answered > 50, "more is lost: {counts:?}");
    for counts in all_counts(&stage) {
        ensure!(counts.answered > 300, "more is lost: {counts:?}");
    }
    end_in_silence(stage)
}

/// Connections under the old address are over, whoever they lead to.
pub(crate) fn another_address_of_our_own_raises_no_alert() -> Result<()> {
    let stage = Stage::open(V4)?;
    let plan = Plan {
        course: Course::Slow,
        answer_bytes: SLOW_BYTES,
        timeout: SLOW_PATIENCE,
        connections_per_second: 20,
        ..Plan::to(V4.all()?)
    };
    let slow = Traffic::start(&stage.lab.clients, plan)?;
    slow.wait_until(|counts| counts.attempted >= OLD, PATIENCE)?;
    stage.lab.rebind()?;
    let before = all_counts(&stage);
    bear(&stage)?;
    let slow = slow.stop()?;
    ensure!(slow.unanswered() > OLD / 2, "they go on: {slow:?}");
    ensure!(slow.answered > OLD, "none works any more: {slow:?}");
    for (now, before) in all_counts(&stage).iter().zip(&before) {
        let answered = now.answered - before.answered;
        ensure!(answered > 300, "nothing works: {before:?} {now:?}");
    }
    end_in_silence(stage)
}
