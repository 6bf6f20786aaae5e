//! The TC hook of kernels before 6.6, whose filters outlive a process that is killed.

use std::{
    env,
    io::{self, Write as _},
    process::{Command, ExitCode},
    thread,
};

use anyhow::{Result, ensure};
use detector::kernel::{
    Kernel, Options,
    attach::{Ingress, Mode, TcHook, Wish},
    interfaces::Interfaces,
};
use detector_tests::{Detector, Lab, address::WAN_INTERFACE, harness::note};

use crate::{
    hooks::{Hooks, tool},
    stage::{PATIENCE, carry},
};

/// The variable that makes this program attach its filters and keep them.
pub(crate) const HOLD: &str = "LIFECYCLE_HOLD_CLSACT";

const OURS_IN: &str = r#""bpf" "in_ethernet""#;
const OURS_OUT: &str = r#""bpf" "out_ethernet""#;

pub(crate) fn filters_of_clsact_come_and_go() -> Result<()> {
    let lab = Lab::open()?;
    // The second time, the qdisc is there already.
    for _ in 0..2 {
        while_attached(&lab, || {
            ensure_ours(&hooks(&lab)?)?;
            carry(&lab)
        })?;
        ensure_none(&hooks(&lab)?)?;
    }
    Ok(())
}

pub(crate) fn a_filter_that_a_killed_process_left_is_removed() -> Result<()> {
    let lab = Lab::open()?;
    let mut this = Command::new(env::current_exe()?);
    let holder = Detector::start_command(&lab.gateway, this.env(HOLD, "1"))?;
    holder.attached(PATIENCE)?;
    holder.kill()?;
    // Else there is nothing to remove, and the rest proves nothing.
    ensure_ours(&hooks(&lab)?)?;
    while_attached(&lab, || ensure_ours(&hooks(&lab)?))?;
    ensure_none(&hooks(&lab)?)
}

/// Also where it has the priority that ours wants.
pub(crate) fn a_foreign_filter_stays() -> Result<()> {
    [7, 1].into_iter().try_for_each(a_filter_stays)
}

fn a_filter_stays(priority: u16) -> Result<()> {
    let lab = Lab::open()?;
    let device = WAN_INTERFACE;
    let everything = format!("protocol all prio {priority} u32 match u32 0 0 flowid 1:1");
    let foreign = format!("filter add dev {device} egress {everything}");
    tool(
        &lab.gateway,
        "tc",
        &format!("qdisc add dev {device} clsact"),
    )?;
    tool(&lab.gateway, "tc", &foreign)?;
    let before = hooks(&lab)?;
    ensure!(!before.filters_out.is_empty(), "{before:?}");
    while_attached(&lab, || {
        let filters = hooks(&lab)?.filters_out;
        let (ours, others): (Vec<_>, Vec<_>) = filters.into_iter().partition(|it| it == OURS_OUT);
        ensure!(ours.len() == 1, "not beside it: {ours:?}");
        ensure!(others == before.filters_out, "displaced: {others:?}");
        Ok(())
    })?;
    let after = hooks(&lab)?;
    ensure!(before == after, "before: {before:?}\nafter: {after:?}");
    Ok(())
}

/// Attaches in the namespace that the process was started in, says so as a detector does, and stays.
pub(crate) fn hold() -> ExitCode {
    let attached = r#"{"event":"interface","state":"attached"}"#;
    let said = attach().and_then(|kernel| {
        writeln!(io::stdout(), "{attached}")?;
        Ok(kernel)
    });
    if let Err(error) = &said {
        note(&format!("{error:#}"));
        return ExitCode::FAILURE;
    }
    loop {
        thread::park();
    }
}

fn hooks(lab: &Lab) -> Result<Hooks> {
    Hooks::of(&lab.gateway, WAN_INTERFACE)
}

/// Does `work` while our filters are attached, and detaches them.
fn while_attached(lab: &Lab, work: impl FnOnce() -> Result<()> + Send) -> Result<()> {
    lab.gateway.run(|| {
        let kernel = attach()?;
        work()?;
        drop(kernel);
        Ok(())
    })
}

fn attach() -> Result<Kernel> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let interface =
        runtime.block_on(async { Interfaces::connect()?.by_name(WAN_INTERFACE).await })?;
    let mut kernel = Kernel::load(Options::default())?;
    let wish = Wish {
        mode: Mode::Auto,
        ingress: Ingress::Tc,
        tc: TcHook::Clsact,
    };
    kernel.programs.attach(&interface, wish)?;
    Ok(kernel)
}

fn ensure_ours(hooks: &Hooks) -> Result<()> {
    ensure!(
        hooks.filters_in == [OURS_IN] && hooks.filters_out == [OURS_OUT],
        "not just ours: {hooks:?}"
    );
    Ok(())
}

fn ensure_none(hooks: &Hooks) -> Result<()> {
    ensure!(*hooks == Hooks::default(), "something is left: {hooks:?}");
    Ok(())
}
