//! Our own line: cut, lossy, or under another address.

use std::time::Duration;

use anyhow::{Result, ensure};
use detector_tests::{Course, Plan, Traffic};

use super::{all_counts, bear, end_in_silence, ensure_no};
use crate::{
    alert::is_about_a_range,
    area::V4,
    stage::{PATIENCE, Stage},
};

const CUT: Duration = Duration::from_secs(20);
const AFTERMATH: Duration = Duration::from_secs(30);

const LOST_PERCENT: u8 = 10;

/// Eight seconds of a slow server, and how long its clients wait.
const SLOW_BYTES: usize = 8_000;
const SLOW_PATIENCE: Duration = Duration::from_secs(10);
/// Connections that the rebinding ends.
const OLD: u64 = 60;

/// Whatever fails while nothing at all works may be our own line: no range is to blame.
pub(crate) fn a_cut_of_the_uplink_accuses_no_range() -> Result<()> {
    let stage = Stage::open(V4)?;
    let block = stage.lab.censor().drop_range("0.0.0.0/0".parse()?)?;
    stage.stay(CUT, is_about_a_range)?;
    for counts in all_counts(&stage) {
        ensure!(counts.timed_out > 100, "the line works: {counts:?}");
    }
    block.lift()?;
    stage.stay(AFTERMATH, is_about_a_range)?;
    let counts = stage.inside.counts();
    stage
        .inside
        .wait_until(|now| now.answered > counts.answered, PATIENCE)?;
    ensure_no(&stage.end()?, is_about_a_range)
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
