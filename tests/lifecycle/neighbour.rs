//! An interface whose XDP hook somebody else has. A detector in XDP mode plays the somebody.

use anyhow::{Result, ensure};
use detector_tests::{Lab, address::WAN_INTERFACE};

use crate::{
    hooks::Hooks,
    stage::{carry, end, refuse, watch, watch_wan, word},
};

pub(crate) fn a_foreign_xdp_program_stays_and_is_named() -> Result<()> {
    let lab = Lab::open()?;
    let foreign = watch_wan(&lab)?;
    let before = Hooks::of(&lab.gateway, WAN_INTERFACE)?;
    let line = refuse(&lab.gateway, &["--wan", WAN_INTERFACE], 69)?;
    for part in [WAN_INTERFACE, "xdp_ethernet", "--ingress tc"] {
        ensure!(line.contains(part), "no {part}: {line}");
    }
    let after = Hooks::of(&lab.gateway, WAN_INTERFACE)?;
    ensure!(before == after, "before: {before:?}\nafter: {after:?}");
    carry(&lab)?;
    end(&foreign)
}

pub(crate) fn tc_ingress_works_beside_a_foreign_xdp_program() -> Result<()> {
    let lab = Lab::open()?;
    let foreign = watch_wan(&lab)?;
    let arguments = ["--wan", WAN_INTERFACE, "--ingress", "tc"];
    let (detector, attached) = watch(&lab.gateway, &arguments)?;
    ensure!(word(&attached, "mode")? == "tc", "{attached}");
    let hooks = Hooks::of(&lab.gateway, WAN_INTERFACE)?;
    ensure!(
        (hooks.xdp.len(), hooks.tcx_in.len(), hooks.tcx_out.len()) == (1, 1, 2),
        "{hooks:?}"
    );
    carry(&lab)?;
    end(&detector)?;
    end(&foreign)
}
