//! An XDP program that passes every packet on and does nothing else: what XDP itself costs.

use anyhow::{Context as _, Result};
use aya::{
    Ebpf,
    programs::{Xdp, XdpMode},
};
use detector_tests::bare::Bare;
use nix::net::if_::if_nametoindex;

const PASS: Bare<'_> = Bare {
    name: "pass",
    section: "xdp",
    answer: 2,
};

/// Attaches it to `interface` of the calling thread's namespace. It goes when the value is dropped.
pub(super) fn attach(interface: &str, mode: XdpMode) -> Result<Ebpf> {
    let mut ebpf = Ebpf::load(&PASS.object()?)?;
    let program = ebpf.program_mut(PASS.name).context("no program")?;
    let program: &mut Xdp = program.try_into()?;
    program.load()?;
    program.attach_to_if_index(if_nametoindex(interface)?, mode)?;
    Ok(ebpf)
}
