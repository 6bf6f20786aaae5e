//! The programs that make a package, and those that look at one: found, or installed.

use anyhow::{Context as _, Result};

use crate::{
    program, say,
    tools::{self, Tool},
};

/// What packs, what has the binary tell its dependencies, and what writes them down; compiled once.
const CRATES: [(&str, &str); 3] = [
    ("cargo-deb", "3.8.0"),
    ("cargo-auditable", "0.7.7"),
    ("auditable2cdx", "0.1.0"),
];
/// They say which libraries, of which versions, the binary needs.
const MAKERS: [Tool; 3] = [
    ("dpkg-shlibdeps", "dpkg-dev"),
    ("git", "git"),
    ("strip", "binutils"),
];
const CHECKERS: [Tool; 6] = [
    ("debootstrap", "debootstrap"),
    ("fish", "fish"),
    ("lintian", "lintian"),
    ("man", "man-db"),
    ("mandoc", "mandoc"),
    ("zsh", "zsh"),
];

pub(crate) fn ensure() -> Result<()> {
    tools::ensure(&MAKERS, "a package")?;
    CRATES.into_iter().try_for_each(ensure_crate)
}

pub(crate) fn ensure_checkers() -> Result<()> {
    tools::ensure(&CHECKERS, "the check of a package")
}

fn ensure_crate((name, version): (&str, &str)) -> Result<()> {
    if program::exists(name) {
        return Ok(());
    }
    say::step(&format!(
        "dist: building {name} {version} (once, some minutes)"
    ));
    let mut cargo = program::command("cargo");
    cargo.args(["install", name, "--version", version, "--locked"]);
    cargo.env_remove("CARGO_TARGET_DIR");
    program::run(&mut cargo).with_context(|| format!("install {name} {version} yourself"))
}
