//! Makes a plain `cargo build` work: a compiler for the eBPF object, and its linker.
//!
//! Idempotent and quick when there is nothing to do; every other task begins with it.

use std::env;

use anyhow::{Result, ensure};

use crate::{linker, program, say, toolchain};

/// `detector/build.rs` embeds this object instead of building one.
const PREBUILT: &str = "DETECTOR_EBPF_OBJECT";

pub(crate) fn setup() -> Result<()> {
    if env::var_os(PREBUILT).is_some() {
        say::step(&format!(
            "setup: ready: {PREBUILT} is set, nothing else is needed"
        ));
        return Ok(());
    }
    ensure!(
        program::exists("rustup"),
        "rustup is not installed: see https://rustup.rs, or set {PREBUILT} to a prebuilt object"
    );
    let compiler = toolchain::ensure_linked()?;
    let linker = linker::ensure_installed()?;
    let (name, place) = (toolchain::NAME, compiler.sysroot.display());
    say::step(&format!(
        "setup: ready: {name} is rustc {} in {place}; {linker}",
        compiler.release
    ));
    Ok(())
}
