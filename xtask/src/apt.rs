//! Debian packages: what is on offer, and installing it. Knows no package by name.

use std::{
    cmp::Reverse,
    collections::BTreeSet,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
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
    or_in_fresh_lists(|| policy(package))
}

/// What is found, after one look at fresh lists where nothing is.
fn or_in_fresh_lists<T>(look: impl Fn() -> Option<T>) -> Option<T> {
    look().or_else(|| {
        say::step("setup: refreshing the package lists (apt-get update)");
        run(&["update"]).ok()?;
        look()
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

/// Puts packages with all that they depend on and this machine lacks into a folder, and installs nothing.
pub(crate) fn unpack(packages: &[&str], folder: &Path) -> Result<()> {
    let simulated = ["-q", "--simulate", "--no-install-recommends", "install"];
    let mut simulation = program::command("apt-get");
    simulation.env("LC_ALL", "C").args(simulated).args(packages);
    let plan = program::answer(&mut simulation).with_context(|| {
        let packages = packages.join(" ");
        format!("apt-get knows no way to install {packages}: `apt-get update` may help")
    })?;
    let installed = installed_in(&plan);
    // What is installed already is needed no less, since nothing else is looked at in the folder.
    let known = packages.iter().copied();
    let wanted: BTreeSet<_> = known.chain(installed).collect();
    fetch(&Vec::from_iter(wanted), folder)
}

/// Whether there is such a package.
pub(crate) fn offers(package: &str) -> bool {
    policy(package).is_some()
}

/// Puts the files of these packages alone into a folder, which is there only when all of them are in it.
pub(crate) fn fetch(packages: &[&str], folder: &Path) -> Result<()> {
    let mut partial = folder.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let archives = partial.join("archives");
    fs::remove_dir_all(&partial).ok();
    fs::create_dir_all(&archives)?;
    say::step(&format!(
        "setup: fetching {} (apt-get)",
        packages.join(", ")
    ));
    let mut download = program::command("apt-get");
    download.args(["-q", "download"]).args(packages);
    let quiet = download.current_dir(&archives).stdout(Stdio::null());
    program::run(quiet.stderr(Stdio::null())).with_context(|| {
        format!(
            "apt-get gets no {}: `apt-get update` may help",
            packages.join(" ")
        )
    })?;
    for archive in fs::read_dir(&archives)? {
        let mut unpack = program::command("dpkg-deb");
        unpack.arg("-x").arg(archive?.path()).arg(&partial);
        program::run(&mut unpack)?;
    }
    fs::remove_dir_all(&archives)?;
    Ok(fs::rename(&partial, folder)?)
}

/// The newest package on offer whose name begins and ends so, after one look at fresh lists where there is none.
pub(crate) fn newest(beginning: &str, end: &str) -> Option<String> {
    or_in_fresh_lists(|| newest_on_offer(beginning, end))
}

fn newest_on_offer(beginning: &str, end: &str) -> Option<String> {
    let names = program::answer(program::command("apt-cache").args(["pkgnames", beginning]))?;
    let mut names: Vec<_> = names.lines().filter(|name| name.ends_with(end)).collect();
    names.sort_by_key(|name| Reverse(numbers(name)));
    // Names outlive their packages.
    let newest = names.into_iter().find(|name| offers(name))?;
    Some(newest.to_owned())
}

fn numbers(name: &str) -> Vec<u64> {
    let numbers = name.split(|char: char| !char.is_ascii_digit());
    numbers.filter_map(|number| number.parse().ok()).collect()
}

fn installed_in(plan: &str) -> impl Iterator<Item = &str> {
    let lines = plan.lines().filter_map(|line| line.strip_prefix("Inst "));
    lines.filter_map(|line| line.split([' ', ':']).next())
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
    fn of_packages_the_newest_is_the_one_with_the_highest_numbers() {
        let of = |name: &str| numbers(&format!("linux-image-{name}-cloud-amd64"));
        assert!(of("6.1.0-100") > of("6.1.0-56"));
        assert!(of("6.12.117+deb12") > of("6.12.74+deb12"));
    }

    #[test]
    fn what_would_be_installed_is_read_from_the_plan() {
        let plan =
            "Remv other [1]\nInst seabios (1.16.2-1 Debian [all])\nInst libfdt1:amd64 (1)\nConf x";
        assert!(installed_in(plan).eq(["seabios", "libfdt1"]));
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
