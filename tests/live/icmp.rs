//! A router on the path that says itself, by ICMP, that it lets nothing pass.

use anyhow::Result;

use crate::{
    alert::Charge,
    area::{Area, V4, V6},
    case::{Case, lifting},
};

const CHARGE: Charge = Charge {
    kind: "icmp_blocked",
    stage: "post_syn",
    symptom: "icmp_unreachable",
};

pub(crate) fn a_range_prohibited_by_a_router_is_blocked() -> Result<()> {
    prohibited("prohibited by a router", V4).run()
}

pub(crate) fn a_range_of_ipv6_prohibited_by_a_router_is_blocked() -> Result<()> {
    prohibited("IPv6 prohibited by a router", V6).run()
}

const fn prohibited(name: &'static str, area: Area) -> Case {
    let case = Case::new(
        name,
        |censor, range| Ok(lifting(censor.prohibit_range(range)?)),
        CHARGE,
    );
    Case { area, ..case }
}
