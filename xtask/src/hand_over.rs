//! Builds the detector and a program that works with it, and becomes that program.

use std::{
    ffi::OsString,
    os::unix::process::CommandExt as _,
    process::{Command, ExitCode},
};

use anyhow::{Context as _, Result};

use crate::{say, workspace};

/// Takes the place of this process, so that signals and the exit code are those of `name`.
pub(crate) fn hand_over(name: &str, arguments: &[OsString]) -> Result<ExitCode> {
    say::step(&format!("{name}: building the detector and the lab"));
    let mut cargo = workspace::cargo(["build", "--locked"]);
    cargo.args(["-p", "detector", "-p", "detector-tests"]);
    let messages = workspace::build(cargo.args(["--bin", "detector", "--bin", name]))?;
    let program = workspace::executable(&messages, name);
    let program = program.with_context(|| format!("cargo built no {name}"))?;
    let error = Command::new(&program).args(arguments).exec();
    Err(error).with_context(|| program.display().to_string())
}
