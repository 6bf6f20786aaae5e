//! What is no censorship: ordinary traffic, a host that died, a line that was cut.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use detector_tests::{Plan, Traffic, harness::note};
use ipnet::IpNet;
use serde_json::Value;

use crate::{
    alert::{is_about_a_range, is_alert},
    area::V4,
    freeze::downloads,
    quic::initials,
    stage::{PATIENCE, Stage},
};

/// Thirty connections a second for an hour, made thirty times as fast.
const AN_HOUR: u64 = 108_000;
const COMPRESSED: u32 = 900;
/// Where the machine is slower, the same traffic takes longer.
const QUIET: Duration = Duration::from_mins(10);
/// SYN, its acknowledgement, request, and the end; toward us no fewer than the answers to three of these.
const PACKETS_OF_A_CONNECTION: u64 = 3;

/// Of traffic that is quiet, but of another kind.
const OTHERWISE: Duration = Duration::from_secs(20);

/// More than a minute of connections that nobody answers.
const TO_THE_DEAD: u64 = 620;

const CUT: Duration = Duration::from_secs(20);
const AFTERMATH: Duration = Duration::from_secs(30);

pub(crate) fn an_hour_of_quiet_traffic_raises_no_alert() -> Result<()> {
    let stage = Stage::open(V4)?;
    let plan = Plan {
        connections_per_second: COMPRESSED,
        limit: Some(AN_HOUR),
        ..Plan::to([V4.inside()?, V4.around()?].concat())
    };
    let traffic = Traffic::start(&stage.lab.clients, plan)?;
    let counts = traffic.wait_until(|counts| counts.ended() == AN_HOUR, QUIET)?;
    let events = stage.end()?;
    let mut heartbeats = events.iter().filter(|it| it["event"] == "heartbeat");
    let heartbeat = heartbeats.next_back().context("no heartbeat")?;
    note(&format!("quiet traffic: {counts:?}, {heartbeat}"));
    ensure!(counts.answered == AN_HOUR, "not so quiet: {counts:?}");
    ensure_no(&events, is_alert)?;
    check_counters(heartbeat)
}

pub(crate) fn long_downloads_raise_no_alert() -> Result<()> {
    stay_quiet(downloads)
}

pub(crate) fn quic_raises_no_alert() -> Result<()> {
    stay_quiet(initials)
}

/// A host in the middle of a range that works.
pub(crate) fn one_dead_host_raises_no_alert() -> Result<()> {
    let stage = Stage::open(V4)?;
    let targets = V4.inside()?;
    let dead = *targets.get(targets.len() / 2).context("no host")?;
    let block = stage.lab.censor().drop_range(IpNet::from(dead.ip()))?;
    let traffic = Traffic::start(&stage.lab.clients, Plan::to(vec![dead]))?;
    let counts = traffic.wait_until(|counts| counts.ended() == TO_THE_DEAD, 2 * PATIENCE)?;
    ensure!(counts.timed_out == TO_THE_DEAD, "it lives: {counts:?}");
    block.lift()?;
    ensure_no(&stage.end()?, is_alert)
}

/// Whatever fails while nothing at all works may be our own line: no range is to blame.
pub(crate) fn a_cut_of_the_uplink_accuses_no_range() -> Result<()> {
    let stage = Stage::open(V4)?;
    let block = stage.lab.censor().drop_range("0.0.0.0/0".parse()?)?;
    stage.stay(CUT, is_about_a_range)?;
    for traffic in [&stage.inside, &stage.around] {
        let counts = traffic.counts();
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

fn stay_quiet(plan: fn(Vec<SocketAddr>) -> Plan) -> Result<()> {
    let stage = Stage::open_with(V4, |lab| &lab.clients, plan)?;
    stage.stay(OTHERWISE, is_alert)?;
    for traffic in [&stage.inside, &stage.around] {
        let counts = traffic.counts();
        ensure!(counts.answered > 100, "no traffic: {counts:?}");
        ensure!(counts.unanswered() == 0, "not so quiet: {counts:?}");
    }
    ensure_no(&stage.end()?, is_alert)
}

/// The latest heartbeat is at most half a minute old, so it has seen half of the traffic or more.
fn check_counters(heartbeat: &Value) -> Result<()> {
    for direction in ["packets_in", "packets_out"] {
        let least = AN_HOUR / 2 * PACKETS_OF_A_CONNECTION;
        let packets = heartbeat[direction].as_u64();
        ensure!(packets >= Some(least), "{direction}: {heartbeat}");
    }
    ensure!(heartbeat["prefixes"] == 40, "prefixes: {heartbeat}");
    ensure!(heartbeat["alerts_firing"] == 0, "alerts: {heartbeat}");
    let lost = heartbeat["lost"].as_object().context("no losses")?;
    ensure!(lost.is_empty(), "something was lost: {heartbeat}");
    Ok(())
}

fn ensure_no(events: &[Value], unwanted: fn(&Value) -> bool) -> Result<()> {
    match events.iter().find(|event| unwanted(event)) {
        Some(event) => bail!("unwanted: {event}"),
        None => Ok(()),
    }
}
