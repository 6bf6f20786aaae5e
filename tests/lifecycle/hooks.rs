//! What the kernel says is attached to an interface. Attaches nothing.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use aya::programs::{ProgramInfo, SchedClassifier, TcAttachType};
use detector::kernel::attach::TcHook;
use detector_tests::Namespace;
use serde_json::Value;

/// Everything that sees the packets of one interface, by name and where there is one by id.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Hooks {
    /// XDP programs, with the mode in the kernel's numbers: 1 native, 2 generic.
    pub(crate) xdp: Vec<String>,
    pub(crate) tcx_in: Vec<String>,
    pub(crate) tcx_out: Vec<String>,
    /// Filters of clsact, whatever their kind.
    pub(crate) filters_in: Vec<String>,
    pub(crate) filters_out: Vec<String>,
}

impl Hooks {
    /// The hooks of `interface` at this moment.
    pub(crate) fn of(namespace: &Namespace, interface: &str) -> Result<Self> {
        namespace.run(|| Self::here(interface))
    }

    /// The same, in the namespace of the calling thread.
    pub(crate) fn here(interface: &str) -> Result<Self> {
        Ok(Self {
            xdp: xdp(interface)?,
            tcx_in: tcx(interface, TcAttachType::Ingress)?,
            tcx_out: tcx(interface, TcAttachType::Egress)?,
            filters_in: filters(interface, "ingress")?,
            filters_out: filters(interface, "egress")?,
        })
    }
}

/// What a tool prints, run inside a namespace.
pub(crate) fn tool(namespace: &Namespace, program: &str, arguments: &str) -> Result<String> {
    namespace.run(|| output(program, arguments))
}

fn xdp(interface: &str) -> Result<Vec<String>> {
    let links = json(&output(
        "ip",
        &format!("-json -details link show dev {interface}"),
    )?)?;
    let programs = links[0]["xdp"]["attached"].as_array();
    let programs = programs.into_iter().flatten();
    let name = |it: &Value| format!("{} {} {}", it["prog"]["name"], it["prog"]["id"], it["mode"]);
    Ok(programs.map(name).collect())
}

fn tcx(interface: &str, side: TcAttachType) -> Result<Vec<String>> {
    if TcHook::of_this_kernel() == TcHook::Clsact {
        return Ok(Vec::new());
    }
    let (_revision, programs) = SchedClassifier::query_tcx(interface, side)?;
    let name = |it: &ProgramInfo| format!("{} {}", it.name_as_str().unwrap_or_default(), it.id());
    Ok(programs.iter().map(name).collect())
}

/// `tc` lists a filter twice: as a chain, and with its options.
fn filters(interface: &str, side: &str) -> Result<Vec<String>> {
    let filters = output("tc", &format!("-json filter show dev {interface} {side}"))?;
    let filters = json(&filters)?;
    let filters = filters.as_array().into_iter().flatten();
    let listed = filters.filter(|it| it.get("options").is_some());
    Ok(listed
        .map(|it| format!("{} {}", it["kind"], it["options"]["bpf_name"]))
        .collect())
}

fn output(program: &str, arguments: &str) -> Result<String> {
    let output = Command::new(program)
        .args(arguments.split(' '))
        .output()
        .with_context(|| format!("starting {program}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} {arguments}: {errors}");
    Ok(String::from_utf8(output.stdout)?)
}

/// Where there is nothing to list, `tc` may print nothing at all.
fn json(text: &str) -> Result<Value> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(text).with_context(|| format!("no JSON: {text}"))
}
