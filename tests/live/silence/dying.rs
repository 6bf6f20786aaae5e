//! Hosts that die, of themselves.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Result, ensure};
use detector_tests::{Plan, Traffic};

use super::{all_counts, bear, end_in_silence};
use crate::{
    area::V4,
    stage::{PATIENCE, Stage},
};

/// Prefixes between one and the next of which one host dies.
const APART: usize = 5;
/// Connections to one of the dead, as many as others get in minutes.
const STORM: u64 = 620;

/// Of the eight hosts in each prefix.
const QUARTER: usize = 2;

/// Clients come back to the dead more often than to others, and to one of them all the time.
pub(crate) fn single_dead_hosts_raise_no_alert() -> Result<()> {
    let stage = Stage::open(V4)?;
    let hosts = V4.all()?.into_iter();
    let dead: Vec<SocketAddr> = hosts.step_by(APART * V4.hosts).collect();
    let _death = stage.lab.hosting().kill(&addresses(&dead))?;
    let storm = Plan {
        connections_per_second: 30,
        limit: Some(STORM),
        ..Plan::to(vec![dead[dead.len() / 2]])
    };
    let storm = Traffic::start(&stage.lab.clients, storm)?;
    let again = Traffic::start(&stage.lab.clients, Plan::to(dead))?;
    let counts = storm.wait_until(|counts| counts.ended() == STORM, PATIENCE)?;
    ensure!(counts.timed_out == STORM, "it lives: {counts:?}");
    let counts = again.stop()?;
    ensure!(counts.timed_out > 100, "they live: {counts:?}");
    ensure!(counts.answered == 0, "some live: {counts:?}");
    end_in_silence(stage)
}

/// At once, as the customers of one hoster may who are all over its space. Each prefix has hosts that work.
pub(crate) fn a_quarter_of_the_hosts_of_every_prefix_dying_raises_no_alert() -> Result<()> {
    let stage = Stage::open(V4)?;
    let hosts = V4.all()?;
    let prefixes = hosts.chunks(V4.hosts);
    let dead: Vec<SocketAddr> = prefixes
        .flat_map(|hosts| &hosts[..QUARTER])
        .copied()
        .collect();
    let _death = stage.lab.hosting().kill(&addresses(&dead))?;
    bear(&stage)?;
    for counts in all_counts(&stage) {
        ensure!(counts.timed_out > 75, "they live: {counts:?}");
        ensure!(counts.answered > 300, "more died: {counts:?}");
    }
    end_in_silence(stage)
}

fn addresses(hosts: &[SocketAddr]) -> Vec<IpAddr> {
    hosts.iter().map(SocketAddr::ip).collect()
}
