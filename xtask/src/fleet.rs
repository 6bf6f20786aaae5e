//! Prometheus and Alertmanager, which the tests of a fleet run: found, or installed and kept from running as services.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{apt, program, workspace};

/// Programs, and the packages that they come in.
const PROGRAMS: [&str; 4] = [
    "prometheus",
    "promtool",
    "prometheus-alertmanager",
    "amtool",
];
const PACKAGES: [&str; 2] = ["prometheus", "prometheus-alertmanager"];

/// Gets them where one is missing.
pub(crate) fn ensure_programs() -> Result<()> {
    if PROGRAMS.iter().all(|name| program::exists(name)) {
        return Ok(());
    }
    let packages = PACKAGES.join(" and ");
    apt::install_idle(&PACKAGES).with_context(|| format!("the fleet needs {packages}"))
}

/// The tests of what ships for them.
pub(crate) fn tests() -> Result<Command> {
    ensure_programs()?;
    let arguments = [
        "test",
        "--locked",
        "-p",
        "detector-tests",
        "--test",
        "fleet",
    ];
    let mut cargo = workspace::cargo(arguments);
    cargo.args(workspace::EVERYTHING);
    Ok(cargo)
}
