//! Ordinary traffic, much of it and of every kind.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Plan, Traffic, harness::note};
use serde_json::Value;

use super::{all_counts, bear, end_in_silence, ensure_no};
use crate::{alert::is_alert, area::V4, freeze::downloads, quic::initials, stage::Stage};

/// Thirty connections a second for an hour, made thirty times as fast.
const AN_HOUR: u64 = 108_000;
const COMPRESSED: u32 = 900;
/// Where the machine is slower, the same traffic takes longer.
const QUIET: Duration = Duration::from_mins(10);
/// SYN, its acknowledgement, request, and the end; toward us no fewer than the answers to three of these.
const PACKETS_OF_A_CONNECTION: u64 = 3;

pub(crate) fn an_hour_of_quiet_traffic_raises_no_alert() -> Result<()> {
    let stage = Stage::open(V4)?;
    let plan = Plan {
        connections_per_second: COMPRESSED,
        limit: Some(AN_HOUR),
        ..Plan::to(V4.all()?)
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

pub(crate) fn long_downloads_and_quic_raise_no_alert() -> Result<()> {
    let stage = Stage::open_with(V4, |lab| &lab.clients, downloads)?;
    let quic = Traffic::start(&stage.lab.clients, initials(V4.all()?))?;
    bear(&stage)?;
    let [inside, around] = all_counts(&stage);
    for counts in [inside, around, quic.stop()?] {
        ensure!(counts.answered > 100, "no traffic: {counts:?}");
        ensure!(counts.unanswered() == 0, "not so quiet: {counts:?}");
    }
    end_in_silence(stage)
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
