//! Debian packages: what is on offer, and installing it. Knows no package by name.

use std::{fs, path::Path, process::Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::{privilege, program, say};

const NEEDS_ROOT: &str = "apt-get needs root";

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

/// Puts the files of packages into `folder` and does nothing else with them; needs no root.
pub(crate) fn unpack(packages: &[&str], folder: &Path) -> Result<()> {
    let names = packages.join(" and ");
    say::step(&format!("setup: unpacking {names} (apt-get)"));
    // Looks for fresh lists where there are none.
    let missing = packages.iter().find(|it| candidate(it).is_none());
    ensure!(missing.is_none(), "no package {}", missing.unwrap_or(&""));
    let mut download = program::command("apt-get");
    download
        .current_dir(folder)
        .args(["-q", "download"])
        .args(packages);
    program::run(download.stdout(Stdio::null()))?;
    for file in fs::read_dir(folder)? {
        let file = file?.path();
        if file.extension().is_some_and(|it| it == "deb") {
            program::run(
                program::command("dpkg-deb")
                    .arg("-x")
                    .arg(&file)
                    .arg(folder),
            )?;
        }
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
