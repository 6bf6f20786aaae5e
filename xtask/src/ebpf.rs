//! Clippy for the kernel programs: the flags that aya-build compiles them with, and no others.

use std::{env::consts::ARCH, process::Command};

use anyhow::Result;

use crate::{program, toolchain, workspace};

const TARGET: &str = if cfg!(target_endian = "big") {
    "bpfeb-unknown-none"
} else {
    "bpfel-unknown-none"
};

pub(crate) fn clippy() -> Result<()> {
    toolchain::ensure_clippy()?;
    program::run(&mut command())
}

fn command() -> Command {
    let mut command = program::command("rustup");
    command
        .current_dir(workspace::root())
        .args(["run", toolchain::NAME, "cargo", "clippy"]);
    command.args([
        "--locked",
        "-p",
        "detector-ebpf",
        "--target",
        TARGET,
        "-Zbuild-std=core",
    ]);
    command.args(["--", "-D", "warnings"]);
    // The compiler behind the link may be a stable one; `-Z` is for this command alone.
    command.env("RUSTC_BOOTSTRAP", "1");
    command.env(
        "CARGO_ENCODED_RUSTFLAGS",
        format!("--cfg=bpf_target_arch=\"{ARCH}\""),
    );
    // Either would bring back the host's compiler.
    command
        .env_remove("RUSTC")
        .env_remove("RUSTC_WORKSPACE_WRAPPER");
    command
}
