//! The programs that make a package, and those that look at one: found, or installed.

use anyhow::{Context as _, Result};

use crate::{
    program, say,
    tools::{self, Tool},
};

const NAME: &str = "cargo-deb";
const VERSION: &str = "3.8.0";
/// They say which libraries, of which versions, the binary needs.
const MAKERS: [Tool; 2] = [("dpkg-shlibdeps", "dpkg-dev"), ("git", "git")];
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
    if program::exists(NAME) {
        return Ok(());
    }
    say::step(&format!(
        "dist: building {NAME} {VERSION} (once, some minutes)"
    ));
    let mut cargo = program::command("cargo");
    cargo.args(["install", NAME, "--version", VERSION, "--locked"]);
    cargo.env_remove("CARGO_TARGET_DIR");
    program::run(&mut cargo).with_context(|| format!("install {NAME} {VERSION} yourself"))
}

pub(crate) fn ensure_checkers() -> Result<()> {
    tools::ensure(&CHECKERS, "the check of a package")
}
