//! Destinations that fail for some connections and work for others: servers with more to do than they can, and a
//! censor of names. No range of addresses is blocked.

use std::time::Duration;

use anyhow::{Result, ensure};
use detector_tests::{Counts, Forgery, Plan, Traffic, Trigger, plan::hosts};
use ipnet::IpNet;

use super::{bear, end_in_silence};
use crate::{
    alert::is_alert,
    area::{V4, v4},
    stage::Stage,
};

/// The sixteen prefixes.
const RANGE: IpNet = V4.blocked[0];
/// Two of them.
const BUSY: [IpNet; 2] = [v4(19, 24), v4(28, 24)];
/// Refusals come at once.
const REFUSALS: Duration = Duration::from_secs(10);
/// Shorter than the second after which a SYN is sent again.
const IMPATIENCE: Duration = Duration::from_millis(900);

/// One ignores every second SYN, and some clients wait for it no longer than it takes to send another; the other
/// refuses every second connection.
pub(crate) fn a_busy_prefix_raises_no_alert() -> Result<()> {
    let stage = Stage::open(V4)?;
    let [deaf, rude] = BUSY;
    let _ignored = stage.lab.hosting().ignore_half_of_syns(deaf)?;
    let _refused = stage.lab.hosting().refuse_half_of_connections(rude)?;
    let plan = Plan {
        timeout: IMPATIENCE,
        ..Plan::to(hosts(deaf, V4.bits, V4.hosts, 443)?)
    };
    let impatient = Traffic::start(&stage.lab.clients, plan)?;
    bear(&stage)?;
    let ignored = impatient.stop()?;
    ensure!(
        ignored.timed_out > 50 && ignored.answered > 50,
        "not so busy: {ignored:?}"
    );
    let counts = stage.inside.counts();
    ensure!(counts.refused > 10, "not busy: {counts:?}");
    ensure!(counts.answered > 400, "too busy: {counts:?}");
    end_in_silence(stage)
}

/// As when all of it is behind one machine that has too much to do: at first that is silent, and then it says so.
pub(crate) fn a_range_that_takes_half_of_its_connections_raises_no_alert() -> Result<()> {
    let stage = Stage::open(V4)?;
    let ignored = stage.lab.hosting().ignore_half_of_connections(RANGE)?;
    bear(&stage)?;
    check_half(&stage, |counts| counts.timed_out)?;
    ignored.lift()?;
    let _refused = stage.lab.hosting().refuse_half_of_connections(RANGE)?;
    stage.stay(REFUSALS, is_alert)?;
    let counts = stage.inside.counts();
    ensure!(counts.refused > 100, "not so busy: {counts:?}");
    end_in_silence(stage)
}

/// Every second connection to each host is reset: it is not the host that is not to be reached.
pub(crate) fn a_censor_of_names_raises_no_alert_about_a_range() -> Result<()> {
    let stage = Stage::open(V4)?;
    let censor = stage.lab.censor();
    let injection = censor.inject(RANGE, Trigger::FirstDataOfHalf, Forgery::default())?;
    bear(&stage)?;
    injection.lift()?;
    check_half(&stage, |counts| counts.reset)?;
    end_in_silence(stage)
}

/// What failed while it was to fail by half, of thirty connections a second.
fn check_half(stage: &Stage, failed: fn(&Counts) -> u64) -> Result<()> {
    let counts = stage.inside.counts();
    ensure!(failed(&counts) > 150, "not so busy: {counts:?}");
    ensure!(counts.answered > 200, "too busy: {counts:?}");
    Ok(())
}
