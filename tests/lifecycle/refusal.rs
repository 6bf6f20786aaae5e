//! Where it cannot work, it says so in one line: what, where, and the cure.

use anyhow::{Result, ensure};
use detector_tests::{Lab, Namespace, address::DOWN_INTERFACE};

use crate::stage::refuse;

pub(crate) fn native_mode_is_refused_where_the_driver_has_none() -> Result<()> {
    let lab = Lab::open()?;
    let arguments = ["--wan", DOWN_INTERFACE, "--mode", "native"];
    let line = refuse(&lab.censor, &arguments, 69)?;
    for part in [DOWN_INTERFACE, "native", "--mode"] {
        ensure!(line.contains(part), "no {part}: {line}");
    }
    Ok(())
}

pub(crate) fn an_interface_that_does_not_exist_is_named() -> Result<()> {
    let empty = Namespace::new("empty")?;
    let line = refuse(&empty, &["--wan", "nosuch"], 69)?;
    ensure!(line.contains("nosuch"), "no name: {line}");
    // Nothing leads anywhere from here.
    let line = refuse(&empty, &[], 69)?;
    ensure!(line.contains("--wan"), "no cure: {line}");
    Ok(())
}
