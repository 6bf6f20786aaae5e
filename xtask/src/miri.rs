//! The tests of what kernel and host share, interpreted by Miri: it sees undefined behaviour, and arithmetic and indices
//! that depend on the machine.

use std::process::Command;

use anyhow::Result;

use crate::{program, say, setup, toolchain, workspace};

pub(crate) fn miri() -> Result<()> {
    setup::setup()?;
    toolchain::ensure_miri()?;
    say::step("miri: detector-common (some minutes)");
    program::run(&mut command())
}

fn command() -> Command {
    let mut command = program::command("rustup");
    command.current_dir(workspace::root());
    command.args(["run", toolchain::NAME, "cargo", "miri", "test", "--locked"]);
    command.args(["-p", "detector-common"]);
    command
}
