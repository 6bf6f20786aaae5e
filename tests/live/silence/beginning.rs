//! A detector that comes into the middle of traffic.

use std::time::Duration;

use anyhow::{Result, ensure};
use detector_tests::{Course, Plan};

use crate::{
    alert::is_alert,
    area::V4,
    blackhole::dropped,
    stage::{PATIENCE, Stage},
};

/// Every server is visited a few times.
const ACQUAINTANCE: Duration = Duration::from_secs(20);
/// Connections that began before the detector.
const OLD: u64 = 100;
/// Twenty seconds of a slow server.
const SLOW_BYTES: usize = 20_000;

/// Of connections whose beginning it missed, and of servers that it does not know, nothing is said; of a block
/// afterwards everything.
pub(crate) fn a_detector_amid_traffic_is_quiet_until_there_is_a_block() -> Result<()> {
    let plan = Plan {
        course: Course::Slow,
        answer_bytes: SLOW_BYTES,
        connections_per_second: 50,
        limit: Some(OLD),
        timeout: PATIENCE,
        ..Plan::to(V4.all()?)
    };
    let (stage, old) = Stage::open_amid(V4, plan)?;
    let before = old.counts();
    ensure!(before.ended() == 0, "too late: {before:?}");
    stage.stay(ACQUAINTANCE, is_alert)?;
    let after = old.wait_until(|counts| counts.ended() == OLD, PATIENCE)?;
    ensure!(after.answered == OLD, "not so quiet: {after:?}");
    let case = dropped("amid traffic", V4);
    case.run_on(&stage)?;
    case.judge(&stage.end()?)
}
