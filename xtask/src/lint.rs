//! Everything that can be said about the source without running it. Runs all parts, then reports.

use anyhow::{Result, ensure};

use crate::{deny, ebpf, lint_table, program, rooms, say, setup, workspace};

type Part = (&'static str, fn() -> Result<()>);

const PARTS: [Part; 7] = [
    ("format", format),
    ("lint tables", lint_table::check),
    ("unsafe rooms", rooms::check),
    ("what is built in", deny::check),
    ("clippy", clippy),
    ("clippy of the kernel programs", ebpf::clippy),
    ("documentation", documentation),
];

pub(crate) fn lint() -> Result<()> {
    setup::setup()?;
    let failed: Vec<_> = PARTS.into_iter().filter(|part| !passes(part)).collect();
    let names: Vec<_> = failed.iter().map(|(name, _)| *name).collect();
    ensure!(names.is_empty(), "lint failed: {}", names.join(", "));
    say::step("lint: clean");
    Ok(())
}

fn passes((name, check): &Part) -> bool {
    say::step(&format!("lint: {name}"));
    let result = check();
    if let Err(error) = &result {
        say::error(&format!("{name}: {error:#}"));
    }
    result.is_ok()
}

fn format() -> Result<()> {
    program::run(&mut workspace::cargo(["fmt", "--all", "--check"]))
}

/// Without the kernel programs: in one cargo call features unify, and the host's would reach them.
fn clippy() -> Result<()> {
    let mut cargo = workspace::cargo(["clippy", "--locked", "--all-targets"]);
    cargo.args(workspace::EVERYTHING).args([
        "--workspace",
        "--exclude",
        "detector-ebpf",
        "--",
        "-D",
        "warnings",
    ]);
    program::run(&mut cargo)
}

fn documentation() -> Result<()> {
    let mut cargo = workspace::cargo(["doc", "--locked", "--no-deps"]);
    cargo
        .args(["--workspace", "--exclude", "detector-ebpf"])
        .env("RUSTDOCFLAGS", "-D warnings");
    program::run(&mut cargo)
}
