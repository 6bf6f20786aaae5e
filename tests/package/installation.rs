//! The package's life on a gateway: installed, started, alerting, purged.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Detector, Lab, Plan, Traffic, harness::note, plan::hosts};
use ipnet::IpNet;
use nix::sys::signal::Signal;

use crate::{chroot::Chroot, package};

const BLOCKED: &str = "198.18.16.0/20";
const HEALTHY: &str = "198.18.0.0/20";
const HOSTS: usize = 8;
const PORT: u16 = 443;
const PER_SECOND: u32 = 30;
/// What the detector sees before the block: each host twice.
const BEFORE: u64 = 256;
const PATIENCE: Duration = Duration::from_mins(1);

const UNIT: &str = "/usr/lib/systemd/system/detector.service";
const ENABLED: &str = "/etc/systemd/system/multi-user.target.wants/detector.service";
/// What apt and dpkg keep for themselves of every package that ever was.
const BOOKS: [&str; 4] = ["/var/cache", "/var/lib/apt", "/var/lib/dpkg", "/var/log"];

/// `apt install`, the unit's own command in place of what starts units, and reading what it says.
pub(crate) fn installed_it_alerts_with_three_commands_and_purged_leaves_nothing() -> Result<()> {
    let chroot = Chroot::bootstrap(&[])?;
    let before = chroot.files(&BOOKS)?;
    let lab = Lab::open()?;
    let (range, neighbours) = (visit(&lab, BLOCKED)?, visit(&lab, HEALTHY)?);

    let began = Instant::now();
    install(&chroot)?;
    let installed = Instant::now();
    ensure!(
        chroot.path(ENABLED).is_symlink(),
        "the service is not enabled"
    );
    let detector = start(&chroot, &lab)?;
    let attached = detector.attached(PATIENCE)?.at;
    for traffic in [&range, &neighbours] {
        let seen = traffic.counts().answered + BEFORE;
        traffic.wait_until(|counts| counts.answered >= seen, PATIENCE)?;
    }
    let block = lab.censor().drop_range(BLOCKED.parse()?)?;
    let blocked = Instant::now();
    let alert = detector.wait_for(PATIENCE, |event| event["state"] == "firing")?;
    ensure!(alert.event["kind"] == "syn_blackhole", "{:#}", alert.event);
    note(&format!(
        "from apt install to the first alert {:.1} s: installed after {:.1}, attached {:.1}, healthy traffic seen \
         {:.1}, alert {:.1} after the block: {}",
        seconds(began, alert.at),
        seconds(began, installed),
        seconds(installed, attached),
        seconds(attached, blocked),
        seconds(blocked, alert.at),
        alert.event["prefix"],
    ));
    block.lift()?;
    detector.signal(Signal::SIGTERM)?;
    let status = detector.exit(PATIENCE)?;
    ensure!(status.success(), "the detector ended with {status}");
    purge(&chroot, &before)
}

fn visit(lab: &Lab, range: &str) -> Result<Traffic> {
    let range: IpNet = range.parse()?;
    let plan = Plan {
        connections_per_second: PER_SECOND,
        ..Plan::to(hosts(range, 24, HOSTS, PORT)?)
    };
    Traffic::start(&lab.clients, plan)
}

fn install(chroot: &Chroot) -> Result<()> {
    let inside = chroot.admit(&package::path()?)?;
    package::say(&mut chroot.command(["apt-get", "install", "-y", &inside]))?;
    fs::remove_file(chroot.path(&inside))?;
    Ok(())
}

/// As systemd would: the unit's command, with the directories that it asks for.
fn start(chroot: &Chroot, lab: &Lab) -> Result<Detector> {
    let unit = fs::read_to_string(chroot.path(UNIT)).context(UNIT)?;
    let line = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="));
    let words = line.context("the unit starts nothing")?.split_whitespace();
    let mut command = chroot.command(words);
    command.env("STATE_DIRECTORY", "/var/lib/detector");
    command.env("RUNTIME_DIRECTORY", "/run/detector");
    Detector::start_command(&lab.gateway, &mut command)
}

fn purge(chroot: &Chroot, before: &[PathBuf]) -> Result<()> {
    ensure!(
        chroot.path("/var/lib/detector/judgement.json").exists(),
        "it remembered nothing, so that purging shows nothing"
    );
    package::say(&mut chroot.command(["apt-get", "purge", "-y", "detector"]))?;
    let after = chroot.files(&BOOKS)?;
    let left: Vec<_> = after.iter().filter(|path| !before.contains(path)).collect();
    ensure!(left.is_empty(), "left after purging: {left:?}");
    Ok(())
}

fn seconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64()
}
