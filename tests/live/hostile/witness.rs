//! Healthy connections of which the detector says how many it counted. It tells that only of prefixes in which
//! something failed lately, so one host of the prefix dies first.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use detector_tests::{Plan, Traffic, plan::hosts};
use ipnet::IpNet;
use serde_json::Value;

use crate::{
    area::v4,
    stage::{PATIENCE, Stage},
};

/// Beside all that others visit.
const PREFIX: IpNet = v4(40, 24);
const HOSTS: usize = 8;
const PORT: u16 = 443;
const PER_SECOND: u32 = 100;
/// How many connections are counted.
const COUNTED: u64 = 200;
/// Long enough for the third SYN.
const VAIN: Duration = Duration::from_millis(3_500);
/// More than the detector needs to say what it has seen.
const POLLS: usize = 20;

/// Has connections that go well, and insists that each is counted; returns how many.
pub(super) fn check(stage: &Stage) -> Result<u64> {
    let all = everybody()?;
    let (dead, living) = all.split_first().context("no host")?;
    visit(stage)?;
    let block = stage.lab.censor().drop_range(dead.ip().into())?;
    fail(stage, *dead)?;
    let before = find(stage, |_| true)?;
    serve(stage, living.to_vec(), COUNTED)?;
    find(stage, |counted| counted >= before + COUNTED)?;
    block.lift()?;
    Ok(COUNTED)
}

/// Has each host asked once.
pub(super) fn visit(stage: &Stage) -> Result<()> {
    serve(stage, everybody()?, u64::try_from(HOSTS)?)
}

fn everybody() -> Result<Vec<SocketAddr>> {
    hosts(PREFIX, PREFIX.prefix_len(), HOSTS, PORT)
}

/// So many connections, which all go well.
fn serve(stage: &Stage, targets: Vec<SocketAddr>, visits: u64) -> Result<()> {
    let plan = Plan {
        connections_per_second: PER_SECOND,
        limit: Some(visits),
        ..Plan::to(targets)
    };
    let traffic = Traffic::start(&stage.lab.clients, plan)?;
    let counts = traffic.wait_until(|counts| counts.ended() == visits, PATIENCE)?;
    ensure!(counts.answered == visits, "not healthy: {counts:?}");
    Ok(())
}

/// One connection that does not.
fn fail(stage: &Stage, dead: SocketAddr) -> Result<()> {
    let plan = Plan {
        limit: Some(1),
        timeout: VAIN,
        ..Plan::to(vec![dead])
    };
    let traffic = Traffic::start(&stage.lab.clients, plan)?;
    traffic.wait_until(|counts| counts.timed_out == 1, PATIENCE)?;
    Ok(())
}

/// Waits until the detector has counted so many connections that went well, and returns how many.
fn find(stage: &Stage, is_enough: impl Fn(u64) -> bool) -> Result<u64> {
    let mut said = None;
    for status in stage.detector.statuses()?.take(POLLS) {
        said = counted(&status?);
        if let Some(counted) = said.filter(|counted| is_enough(*counted)) {
            return Ok(counted);
        }
    }
    bail!("not counted: {said:?}")
}

/// The connections to the prefix that went well.
fn counted(status: &Value) -> Option<u64> {
    let mut worst = status["worst"].as_array()?.iter();
    let own = worst.find(|it| it["prefix"] == PREFIX.to_string())?;
    own["connections"]
        .as_u64()?
        .checked_sub(own["failed"].as_u64()?)
}
