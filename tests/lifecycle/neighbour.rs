//! An interface whose XDP hook somebody else has: a detector in XDP mode, or a program of two instructions.

use anyhow::{Result, ensure};
use detector_tests::{Lab, address::WAN_INTERFACE};

use crate::{
    foreign::{DISPATCHER, Foreign, THEIRS},
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

/// By a link and by netlink, which alone lets a careless tool replace what is there.
pub(crate) fn tc_ingress_works_beside_anybodys_xdp_program() -> Result<()> {
    let lab = Lab::open()?;
    for attach in [Foreign::xdp_by_link, Foreign::xdp_by_netlink] {
        let foreign = lab.gateway.run(|| attach(WAN_INTERFACE, THEIRS))?;
        let before = Hooks::of(&lab.gateway, WAN_INTERFACE)?.xdp;
        ensure!(before.len() == 1, "{before:?}");
        let line = refuse(&lab.gateway, &["--wan", WAN_INTERFACE], 69)?;
        ensure!(line.contains(THEIRS), "{line}");
        let arguments = ["--wan", WAN_INTERFACE, "--ingress", "tc"];
        let (detector, _attached) = watch(&lab.gateway, &arguments)?;
        carry(&lab)?;
        end(&detector)?;
        let after = Hooks::of(&lab.gateway, WAN_INTERFACE)?.xdp;
        ensure!(before == after, "before: {before:?}\nafter: {after:?}");
        lab.gateway.run(|| {
            drop(foreign);
            Ok(())
        })?;
    }
    Ok(())
}

pub(crate) fn the_dispatcher_of_libxdp_is_known_by_its_name() -> Result<()> {
    let lab = Lab::open()?;
    let _foreign = lab
        .gateway
        .run(|| Foreign::xdp_by_link(WAN_INTERFACE, DISPATCHER))?;
    let line = refuse(&lab.gateway, &["--wan", WAN_INTERFACE], 69)?;
    for part in [DISPATCHER, "libxdp", "--ingress tc"] {
        ensure!(line.contains(part), "no {part}: {line}");
    }
    Ok(())
}
