//! A censor that drops silently, seen from different places and through different hooks.

use anyhow::Result;
use detector_tests::Censor;
use ipnet::IpNet;

use crate::{
    alert::Charge,
    area::{Area, V4, V6},
    case::{Case, Undo},
    stage::{PATIENCE, Stage},
};

const CHARGE: Charge = Charge {
    kind: "syn_blackhole",
    stage: "post_syn",
};

/// The clients are behind a masquerade: the alert alone shows that both hooks see the same connections.
pub(crate) fn a_blocked_range_fires_with_the_exact_range_and_resolves() -> Result<()> {
    let case = dropped("a blocked range", V4);
    let stage = Stage::open(V4)?;
    case.run_on(&stage)?;
    stage.detector.wait_for(PATIENCE, |event| {
        let counts = ["packets_in", "packets_out"].map(|name| event[name].as_u64());
        event["event"] == "heartbeat" && counts.iter().all(|count| *count > Some(0))
    })?;
    case.judge(&stage.end()?)
}

pub(crate) fn two_hosts_in_each_prefix_are_enough_to_find_the_range() -> Result<()> {
    dropped("two hosts in each prefix", Area { hosts: 2, ..V4 }).run()
}

pub(crate) fn a_blocked_range_of_ipv6_fires_and_resolves() -> Result<()> {
    dropped("a blocked range of IPv6", V6).run()
}

pub(crate) fn the_gateways_own_connections_are_seen() -> Result<()> {
    Case {
        clients: |lab| &lab.gateway,
        ..dropped("the gateway's own connections", V4)
    }
    .run()
}

const fn dropped(name: &'static str, area: Area) -> Case {
    Case {
        name,
        area,
        clients: |lab| &lab.clients,
        deed: drop_range,
        charge: CHARGE,
    }
}

fn drop_range(censor: &Censor, range: IpNet) -> Result<Undo> {
    let block = censor.drop_range(range)?;
    Ok(Box::new(|| block.lift()))
}
