//! A censor that drops silently, seen from different places and through different hooks.

use crate::{
    alert::Charge,
    area::{Area, V4, V6},
    case::{Case, lifting},
};
use anyhow::Result;
use detector_tests::Censor;

pub(crate) const CHARGE: Charge = Charge {
    kind: "syn_blackhole",
    stage: "post_syn",
    symptom: "syn_timeout",
};

/// The clients are behind a masquerade: the alert alone shows that both hooks see the same connections.
pub(crate) fn a_blocked_range_fires_with_the_exact_range_and_resolves() -> Result<()> {
    dropped("a blocked range", V4).run()
}

pub(crate) fn two_hosts_in_each_prefix_are_enough_to_find_the_range() -> Result<()> {
    dropped("two hosts in each prefix", Area { hosts: 2, ..V4 }).run()
}

pub(crate) fn a_blocked_range_of_ipv6_fires_and_resolves() -> Result<()> {
    dropped("a blocked range of IPv6", V6).run()
}

/// Servers hear every client and answer in vain.
pub(crate) fn a_range_that_nothing_comes_back_from_is_blocked() -> Result<()> {
    let deed = |censor: &Censor, range| Ok(lifting(censor.drop_return(range)?));
    Case::new("the way back", deed, CHARGE).run()
}

pub(crate) fn the_gateways_own_connections_are_seen() -> Result<()> {
    Case {
        clients: |lab| &lab.gateway,
        ..dropped("the gateway's own connections", V4)
    }
    .run()
}

/// A drop of everything toward the area.
pub(crate) const fn dropped(name: &'static str, area: Area) -> Case {
    let case = Case::new(
        name,
        |censor, range| Ok(lifting(censor.drop_range(range)?)),
        CHARGE,
    );
    Case { area, ..case }
}
