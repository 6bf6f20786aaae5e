//! Debian packages: what is on offer, and installing it. Knows no package by name.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Stdio,
};

use anyhow::{Context as _, Result, ensure};

use crate::{privilege, program, say};

const NEEDS_ROOT: &str = "apt-get needs root";
/// Asked by packages before they start something; 101 forbids it.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// The version that would be installed, after one look at fresh lists where there is none.
pub(crate) fn candidate(package: &str) -> Option<String> {
    if !program::exists("apt-get") {
        return None;
    }
    policy(package).or_else(|| {
        say::step("setup: refreshing the package lists (apt-get update)");
        run(&["update"]).ok()?;
        policy(package)
    })
}

/// Installs, and never removes: Debian's compiler packages conflict with Debian's rustup.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    privilege::as_root("env").context(NEEDS_ROOT)?;
    let arguments = ["install", "-y", "--no-install-recommends", "--no-remove"];
    let arguments = [&arguments[..], packages].concat();
    say::step(&format!(
        "setup: installing {} (apt-get)",
        packages.join(", ")
    ));
    // Lists that are older than the mirror name files that are gone: one retry with fresh ones.
    run(&arguments).or_else(|_| run(&["update"]).and_then(|()| run(&arguments)))
}

/// Installs packages with services in them, none of which runs, now or after a restart; needs root.
pub(crate) fn install_idle(packages: &[&str]) -> Result<()> {
    ensure!(privilege::is_root(), NEEDS_ROOT);
    let is_ours = !Path::new(POLICY).exists();
    if is_ours {
        fs::write(POLICY, "#!/bin/sh\nexit 101\n")?;
        fs::set_permissions(POLICY, Permissions::from_mode(0o755))?;
    }
    let installed = install(packages);
    if is_ours {
        fs::remove_file(POLICY)?;
    }
    installed?;
    for package in packages {
        let unit = format!("{package}.service");
        let mut disable = program::command("deb-systemd-helper");
        // It remembers for whom, and fails where nobody says.
        disable.env("DPKG_MAINTSCRIPT_PACKAGE", package);
        program::run(disable.args(["disable", &unit]))?;
    }
    Ok(())
}

fn policy(package: &str) -> Option<String> {
    let answer = program::answer(program::command("apt-cache").args(["policy", package]))?;
    candidate_in(&answer).map(str::to_owned)
}

fn candidate_in(policy: &str) -> Option<&str> {
    let version = policy
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (version != "(none)").then_some(version)
}

fn run(arguments: &[&str]) -> Result<()> {
    let mut command = privilege::as_root("env").context(NEEDS_ROOT)?;
    command.args([
        "DEBIAN_FRONTEND=noninteractive",
        "LC_ALL=C",
        "apt-get",
        "-q",
    ]);
    // What apt tells of its progress is no result of ours; its errors are on stderr.
    program::run(command.args(arguments).stdout(Stdio::null()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_candidate_is_read_from_the_policy() {
        let policy = "rust-web-src:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1\n";
        assert_eq!(candidate_in(policy), Some("1.96.0+dfsg1-1"));
    }

    #[test]
    fn a_package_without_candidate_is_not_on_offer() {
        assert_eq!(
            candidate_in("x:\n  Installed: (none)\n  Candidate: (none)\n"),
            None
        );
        assert_eq!(candidate_in(""), None);
    }
}
