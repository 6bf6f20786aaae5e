//! Clients and servers without manners, and ports that were always closed.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Result, ensure};
use detector_tests::{Course, Plan, Traffic, address::CLOSED_PORT};

use super::{bear, end_in_silence};
use crate::{area::V4, stage::Stage};

/// Nobody listens there either, and a filter does not say so.
const FILTERED_PORT: u16 = 82;

/// Servers that reset after their answer or never answer, clients that reset amid an answer or give up after a
/// second; a port that refuses, and one that is silent: all at once, on every host.
pub(crate) fn rude_ends_and_closed_ports_raise_no_alert() -> Result<()> {
    let stage = Stage::open(V4)?;
    let _filter = stage.lab.hosting().filter(FILTERED_PORT)?;
    let begun = [
        go(&stage, Course::ServerResets)?,
        go(&stage, Course::ClientAborts)?,
        go(&stage, Course::ServerHangs)?,
        knock(&stage, CLOSED_PORT)?,
        knock(&stage, FILTERED_PORT)?,
    ];
    bear(&stage)?;
    let [resets, aborts, hangs, closed, filtered] = begun.map(|traffic| traffic.counts());
    for (name, count) in [
        ("reset", resets.reset),
        ("aborted", aborts.aborted),
        ("hanging", hangs.timed_out),
        ("refused", closed.refused),
        ("silent", filtered.timed_out),
    ] {
        ensure!(count > 100, "hardly any {name}: {count}");
    }
    ensure!(
        closed.answered + filtered.answered == 0,
        "open: {closed:?} {filtered:?}"
    );
    end_in_silence(stage)
}

fn go(stage: &Stage, course: Course) -> Result<Traffic> {
    let plan = Plan {
        course,
        timeout: Duration::from_secs(1),
        ..Plan::to(V4.all()?)
    };
    Traffic::start(&stage.lab.clients, plan)
}

fn knock(stage: &Stage, port: u16) -> Result<Traffic> {
    let hosts = V4.all()?.into_iter();
    let doors = hosts.map(|host| SocketAddr::new(host.ip(), port));
    Traffic::start(&stage.lab.clients, Plan::to(doors.collect()))
}
