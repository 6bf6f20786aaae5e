//! What the built object says by itself, before any kernel has seen it: every exit of every program passes the packet
//! on, and nothing is called that could change a packet, or that some kernels refuse. Needs no privilege.
//!
//! The object is linked as the loader links it; what is looked at is what the kernel gets.

mod exits;
mod forged;
mod needs;

use anyhow::{Result, bail, ensure};
use aya_obj::{Object, ProgramSection};
use detector::kernel::OBJECT;
use detector_tests::{
    bytecode::{code, linked},
    measured,
};

use self::{
    exits::{Exit, exits},
    needs::{READS, calls},
};
use crate::pair::{TC_ACT_UNSPEC, XDP_PASS};

/// What the daemon attaches; the others are yardsticks, which must pass packets on too.
const SHIPPED: [&str; 6] = [
    "xdp_ethernet",
    "xdp_ip",
    "in_ethernet",
    "in_ip",
    "out_ethernet",
    "out_ip",
];

pub(crate) fn every_exit_of_every_program_passes_the_packet_on() -> Result<()> {
    let object = linked(OBJECT)?;
    for name in SHIPPED {
        ensure!(object.programs.contains_key(name), "there is no {name}");
    }
    for name in object.programs.keys() {
        passes_on(&object, name)?;
    }
    measured(
        "every_exit_of_every_program_passes_the_packet_on",
        format_args!(
            "{} programs, no exit that does not pass",
            object.programs.len()
        ),
    );
    Ok(())
}

pub(crate) fn the_programs_call_nothing_that_changes_a_packet_or_probes_memory() -> Result<()> {
    let object = linked(OBJECT)?;
    for name in SHIPPED {
        let called = calls(code(&object, name)?)?;
        ensure!(
            called.is_subset(&READS.into()),
            "{name} calls a helper that may do more than read: {called:?}"
        );
    }
    Ok(())
}

pub(crate) fn the_object_needs_no_type_information_of_the_kernel() -> Result<()> {
    let object = linked(OBJECT)?;
    ensure!(object.btf_ext.is_some(), "nothing says what is relocated");
    ensure!(!object.has_btf_relocations(), "it has CO-RE relocations");
    // Functions and variables of the kernel, which its type information names, are refused by `calls`.
    for name in object.programs.keys() {
        calls(code(&object, name)?)?;
    }
    Ok(())
}

pub(crate) fn a_program_that_may_not_pass_a_packet_on_is_found() -> Result<()> {
    for (what, section, instructions) in forged::PASSING {
        let object = linked(&forged::object(section, instructions)?)?;
        passes_on(&object, forged::NAME).map_err(|error| error.context(what))?;
    }
    for (what, section, instructions) in forged::NOT_PASSING {
        let object = linked(&forged::object(section, instructions)?)?;
        ensure!(passes_on(&object, forged::NAME).is_err(), "{what}: passes");
    }
    Ok(())
}

pub(crate) fn a_program_that_calls_what_it_may_not_is_found() -> Result<()> {
    for (what, instructions) in forged::CALLING {
        let object = linked(&forged::object("xdp", instructions)?)?;
        let called = calls(code(&object, forged::NAME)?);
        let is_found = called.is_err() || called.is_ok_and(|it| !it.is_subset(&READS.into()));
        ensure!(is_found, "{what}: not found");
    }
    Ok(())
}

fn passes_on(object: &Object, name: &str) -> Result<()> {
    let passes = match &object.programs[name].section {
        ProgramSection::Xdp { .. } => XDP_PASS,
        ProgramSection::SchedClassifier => TC_ACT_UNSPEC,
        other => bail!("{name} is a {other:?}"),
    };
    let exits = exits(code(object, name)?)?;
    ensure!(!exits.is_empty(), "{name} never ends");
    for exit in &exits {
        ensure!(
            matches!(exit, Exit::Constant { value, .. } if *value == passes),
            "{name} may not pass a packet on: {exit:?}, not {passes}"
        );
    }
    Ok(())
}
