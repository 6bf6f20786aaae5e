//! The package in the eyes of the tools that Debian, manual pages and shells bring.

use std::{path::Path, process::Command};

use anyhow::{Result, ensure};

use crate::package;

/// Each shell, how it reads without running, and its completions.
const SHELLS: [(&str, &str); 3] = [
    ("bash", "usr/share/bash-completion/completions/detector"),
    ("zsh", "usr/share/zsh/vendor-completions/_detector"),
    ("fish", "usr/share/fish/vendor_completions.d/detector.fish"),
];

pub(crate) fn lintian_has_nothing_to_say() -> Result<()> {
    let mut lintian = Command::new("lintian");
    // It asks not to be run as root, which is allowed all the same. What is of the least weight (info) is said of every
    // Rust program.
    lintian.args([
        "--allow-root",
        "--pedantic",
        "--fail-on",
        "error,warning,pedantic",
    ]);
    let said = package::say(lintian.arg(package::path()?))?;
    ensure!(said.is_empty(), "{said}");
    Ok(())
}

pub(crate) fn pages_render_without_a_warning() -> Result<()> {
    let folder = package::unpacked()?;
    for section in ["man1", "man5"] {
        let pages = folder.path().join("usr/share/man").join(section);
        for name in package::names(&pages)? {
            let page = pages.join(name);
            silent(
                Command::new("mandoc").args(["-T", "lint", "-W", "warning"]),
                &page,
            )?;
            let mut man = Command::new("man");
            man.args([
                "--warnings",
                "--encoding=UTF-8",
                "--ditroff",
                "--local-file",
            ]);
            let shown = package::say(man.env("LC_ALL", "C.UTF-8").arg(&page))?;
            let warning = shown.lines().find(|line| line.contains("warning"));
            ensure!(warning.is_none(), "{}: {warning:?}", page.display());
        }
    }
    Ok(())
}

pub(crate) fn shells_take_their_completions() -> Result<()> {
    let folder = package::unpacked()?;
    for (shell, completions) in SHELLS {
        silent(
            Command::new(shell).arg("-n"),
            &folder.path().join(completions),
        )?;
    }
    Ok(())
}

fn silent(command: &mut Command, file: &Path) -> Result<()> {
    let said = package::say(command.arg(file))?;
    ensure!(said.is_empty(), "{said}");
    Ok(())
}
