//! Fuzzes, one target after the other. libFuzzer's instruments are unstable flags, so the compiler is told to
//! take them; any will do.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};

use crate::{program, say, setup, workspace};

const NAME: &str = "cargo-fuzz";
const VERSION: &str = "0.13.2";
/// What a target may hold, in MiB. A capture may ask for a zstd window of 100.
const MEMORY: u32 = 1_024;
/// Longest input, in bytes.
const LENGTH: u32 = 4_096;
/// What takes longer for one input, in seconds, does not end.
const PATIENCE: u32 = 20;

/// What to fuzz.
#[derive(Args, Debug, PartialEq)]
pub(crate) struct Options {
    /// The target; every one where none is named
    target: Option<Target>,
    /// How long for each
    #[arg(long, value_name = "N", default_value_t = 600)]
    seconds: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Target {
    /// Arbitrary bytes as a capture
    Capture,
    /// Arbitrary scripts through the engine
    Classify,
    /// Arbitrary bytes as a packet
    Parse,
}

impl Target {
    const fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Classify => "classify",
            Self::Parse => "parse",
        }
    }
}

pub(crate) fn fuzz(options: &Options) -> Result<()> {
    setup::setup()?;
    ensure_installed()?;
    let only = options.target.as_ref().map(std::slice::from_ref);
    let targets = only.unwrap_or(Target::value_variants());
    targets.iter().try_for_each(|target| {
        say::step(&format!(
            "fuzz: {} for {} s",
            target.name(),
            options.seconds
        ));
        fs::create_dir_all(found(*target))?;
        program::run(&mut command(*target, options.seconds))
    })
}

fn ensure_installed() -> Result<()> {
    if program::exists(NAME) {
        return Ok(());
    }
    say::step(&format!(
        "fuzz: building {NAME} {VERSION} (once, about two minutes)"
    ));
    let mut cargo = program::command("cargo");
    cargo.args(["install", NAME, "--version", VERSION, "--locked"]);
    cargo.env_remove("CARGO_TARGET_DIR");
    program::run(&mut cargo).with_context(|| format!("install {NAME} {VERSION} yourself"))
}

/// What is new goes to the first folder, so that the repository's own stays as it is.
fn command(target: Target, seconds: u32) -> Command {
    let mut cargo = workspace::cargo(["fuzz", "run", target.name()]);
    cargo.env("RUSTC_BOOTSTRAP", "1").arg(found(target));
    for folder in ["corpus", "regressions"] {
        let folder = workspace::root()
            .join("fuzz")
            .join(folder)
            .join(target.name());
        cargo.args(folder.is_dir().then_some(folder));
    }
    cargo.args(["--", "-print_final_stats=1"]);
    cargo.arg(format!("-max_total_time={seconds}"));
    cargo.arg(format!("-max_len={LENGTH}"));
    cargo.arg(format!("-timeout={PATIENCE}"));
    cargo.arg(format!("-rss_limit_mb={MEMORY}"));
    cargo
}

fn found(target: Target) -> PathBuf {
    workspace::root()
        .join("fuzz/target/corpus")
        .join(target.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_one_of_the_fuzzer() {
        let manifest = fs::read_to_string(workspace::root().join("fuzz/Cargo.toml")).unwrap();
        for target in Target::value_variants() {
            let name = format!("name = \"{}\"", target.name());
            assert!(manifest.contains(&name), "{name}");
        }
        let bins = manifest.matches("[[bin]]").count();
        assert_eq!(bins, Target::value_variants().len());
    }

    #[test]
    fn the_time_is_limited_and_the_repository_is_read() {
        let text = program::describe(&command(Target::Parse, 9));
        let (folders, limits) = text.split_once(" -- ").unwrap();
        assert!(folders.ends_with("fuzz/corpus/parse"), "{folders}");
        assert!(limits.contains("-max_total_time=9 "), "{limits}");
    }
}
