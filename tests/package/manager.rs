//! The service under a real systemd: installed it runs, a reload says whether it could be used, and it comes back.

use std::{
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Detector, Lab, Namespace, tool::ip};
use serde_json::Value;

use crate::{booted::Booted, chroot::Chroot, package};

const SETTINGS: &str = "/etc/detector/detector.toml";
const PATIENCE: Duration = Duration::from_mins(2);
/// An interface that comes late.
const LATE: &str = "late0";

pub(crate) fn under_systemd_it_starts_reloads_and_comes_back() -> Result<()> {
    let chroot = Chroot::bootstrap(&["systemd"])?;
    let lab = Lab::open()?;
    let booted = Booted::boot(&chroot, &lab.gateway)?;
    let inside = chroot.admit(&package::path()?)?;
    package::say(&mut booted.command(["apt-get", "install", "-y", &inside]))?;
    let service = Service::follow(&chroot, &booted, &lab.gateway)?;
    live(&service, &lab).or_else(|error| Err(error.context(service.log()?)))
}

fn live(service: &Service<'_>, lab: &Lab) -> Result<()> {
    service.systemctl(&["is-active", "detector"])?;
    service.wait_for(|event| event["state"] == "attached")?;
    reloads(service)?;
    comes_back_when_it_hangs(service)?;
    comes_back_when_its_interface_does(service, lab)
}

/// Whatever systemd's version: one reading each, and a reload that fails where the file is of no use.
fn reloads(service: &Service<'_>) -> Result<()> {
    let good = service.settings()?;
    for (settings, state) in [("lables = 1\n", "rejected"), (&*good, "reloaded")] {
        let began = Instant::now();
        service.configure(settings)?;
        let reloaded = service.systemctl(&["reload", "detector"]);
        ensure!(reloaded.is_ok() == (state == "reloaded"), "{reloaded:?}");
        let told = service.wait_for_after(began, |event| event["event"] == "config")?;
        ensure!(told["state"] == state, "{told}");
    }
    service.systemctl(&["is-active", "detector"]).map(drop)
}

fn comes_back_when_it_hangs(service: &Service<'_>) -> Result<()> {
    let began = Instant::now();
    service.systemctl(&["kill", "--signal=STOP", "--kill-whom=main", "detector"])?;
    service.wait_for_after(began, |event| event["state"] == "attached")?;
    let result = service.systemctl(&["show", "--property=NRestarts", "--value", "detector"])?;
    ensure!(result == "1", "{result} restarts");
    Ok(())
}

fn comes_back_when_its_interface_does(service: &Service<'_>, lab: &Lab) -> Result<()> {
    let began = Instant::now();
    service.configure(&format!("wan = [\"{LATE}\"]\n"))?;
    let started = service.systemctl(&["restart", "detector"]);
    ensure!(started.is_err(), "it starts without an interface");
    ip(
        &lab.gateway,
        &format!("link add {LATE} up type veth peer name late1"),
    )?;
    let told = service.wait_for_after(began, |event| event["state"] == "attached")?;
    ensure!(told["iface"] == LATE, "{told}");
    Ok(())
}

/// The service, and what it says.
struct Service<'a> {
    chroot: &'a Chroot,
    booted: &'a Booted,
    journal: Detector,
}

impl<'a> Service<'a> {
    fn follow(chroot: &'a Chroot, booted: &'a Booted, network: &Namespace) -> Result<Self> {
        // What `nsenter` starts inside would outlive it, and hold its streams.
        let words = "setpriv --pdeathsig=KILL journalctl --follow --no-tail --unit=detector --output=cat --grep=^\\{";
        let mut command = booted.command(words.split(' '));
        Ok(Self {
            chroot,
            booted,
            journal: Detector::start_command(network, &mut command)?,
        })
    }

    fn systemctl(&self, words: &[&str]) -> Result<String> {
        let words = ["systemctl"].iter().chain(words).copied();
        package::say(&mut self.booted.command(words))
    }

    /// The latest that it and systemd said.
    fn log(&self) -> Result<String> {
        let words = "journalctl --unit=detector --lines=20 --no-pager";
        package::say(&mut self.booted.command(words.split(' ')))
    }

    fn settings(&self) -> Result<String> {
        fs::read_to_string(self.chroot.path(SETTINGS)).context(SETTINGS)
    }

    fn configure(&self, settings: &str) -> Result<()> {
        fs::write(self.chroot.path(SETTINGS), settings).context(SETTINGS)
    }

    fn wait_for(&self, predicate: impl Fn(&Value) -> bool) -> Result<Value> {
        Ok(self.journal.wait_for(PATIENCE, predicate)?.event)
    }

    fn wait_for_after(&self, began: Instant, predicate: impl Fn(&Value) -> bool) -> Result<Value> {
        Ok(self
            .journal
            .wait_for_after(began, PATIENCE, predicate)?
            .event)
    }
}
