//! What must be in the package, and what it asks for.

use std::process::Command;

use anyhow::{Result, ensure};
use clap::CommandFactory as _;
use detector::cli::Cli;

use crate::package;

/// Beside the pages; a folder has at least one file.
const FILES: [&str; 13] = [
    "etc/detector/detector.toml",
    "usr/bin/detector",
    "usr/lib/systemd/system/detector.service",
    "usr/share/bash-completion/completions/detector",
    "usr/share/detector/grafana/",
    "usr/share/detector/prometheus/",
    "usr/share/doc/detector/changelog.gz",
    "usr/share/doc/detector/copyright",
    "usr/share/doc/detector/detector.cdx.json",
    "usr/share/doc/detector/docs/CONFIGURATION.md",
    "usr/share/fish/vendor_completions.d/detector.fish",
    "usr/share/man/man5/detector.toml.5.gz",
    "usr/share/zsh/vendor-completions/_detector",
];

pub(crate) fn every_command_has_a_page() -> Result<()> {
    let folder = package::unpacked()?;
    let pages = package::names(&folder.path().join("usr/share/man/man1"))?;
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut missing = Vec::new();
    let mut commands = vec![&program];
    while let Some(command) = commands.pop() {
        commands.extend(command.get_subcommands().filter(|it| !it.is_hide_set()));
        let name = command
            .get_display_name()
            .unwrap_or_else(|| command.get_name());
        let page = format!("{name}.1.gz");
        missing.extend((!pages.contains(&page)).then_some(page));
    }
    ensure!(missing.is_empty(), "no {}", missing.join(", "));
    Ok(())
}

pub(crate) fn what_is_beside_the_binary_is_in_it() -> Result<()> {
    let folder = package::unpacked()?;
    for name in FILES {
        let path = folder.path().join(name);
        let is_there = path.is_file() || (path.is_dir() && !package::names(&path)?.is_empty());
        ensure!(is_there, "no {name}");
    }
    Ok(())
}

pub(crate) fn the_settings_are_a_configuration_file() -> Result<()> {
    let files = control_file("conffiles")?;
    ensure!(files == "/etc/detector/detector.toml", "{files}");
    Ok(())
}

pub(crate) fn it_needs_nothing_but_the_c_library() -> Result<()> {
    let path = package::path()?;
    let mut command = Command::new("dpkg-deb");
    let needed = package::say(command.arg("--field").arg(path).arg("Depends"))?;
    for package in needed.split(", ") {
        let is_base = package.starts_with("libc6 (>= ") || package.starts_with("libgcc-s1 (>= ");
        ensure!(is_base, "{needed}");
    }
    Ok(())
}

fn control_file(name: &str) -> Result<String> {
    let path = package::path()?;
    package::say(Command::new("dpkg-deb").arg("--info").arg(path).arg(name))
}
