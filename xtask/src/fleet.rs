//! Prometheus and Alertmanager, which the tests of a fleet run: found, or unpacked beside what is built. Installing their
//! packages would start both as services.

use std::{fs, process::Command};

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

/// The tests of what ships for them.
pub(crate) fn tests() -> Result<Command> {
    let mut cargo = workspace::cargo([
        "test",
        "--locked",
        "-p",
        "detector-tests",
        "--test",
        "fleet",
    ]);
    if PROGRAMS.iter().all(|name| program::exists(name)) {
        return Ok(cargo);
    }
    let folder = workspace::root().join("target/fleet");
    if !folder.join("usr/bin/promtool").exists() {
        fs::create_dir_all(&folder)?;
        let packages = PACKAGES.join(" and ");
        apt::unpack(&PACKAGES, &folder).with_context(|| format!("the fleet needs {packages}"))?;
    }
    program::prefer(&mut cargo, folder.join("usr/bin"));
    Ok(cargo)
}
