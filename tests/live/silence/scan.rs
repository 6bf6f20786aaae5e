//! A client that sweeps space in which nobody ever answered.

use anyhow::{Result, ensure};
use detector_tests::{Plan, Traffic, plan::hosts};
use ipnet::IpNet;

use super::{all_counts, bear, end_in_silence};
use crate::{area::V4, stage::Stage};

/// Wide, and apart from what else is visited.
const SPACE: &str = "198.19.0.0/16";
/// More than are come to.
const HOSTS: usize = 8;

/// As many connections as all others together.
pub(crate) fn a_scan_of_dead_space_raises_no_alert() -> Result<()> {
    let stage = Stage::open(V4)?;
    let space: IpNet = SPACE.parse()?;
    let _void = stage.lab.censor().drop_range(space)?;
    let plan = Plan {
        connections_per_second: 60,
        ..Plan::to(hosts(space, V4.bits, HOSTS, 443)?)
    };
    let scan = Traffic::start(&stage.lab.clients, plan)?;
    bear(&stage)?;
    let counts = scan.stop()?;
    ensure!(counts.timed_out > 600, "no scan: {counts:?}");
    ensure!(counts.answered == 0, "not dead: {counts:?}");
    for counts in all_counts(&stage) {
        ensure!(counts.answered > 400, "nothing else: {counts:?}");
    }
    end_in_silence(stage)
}
