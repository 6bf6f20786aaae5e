//! The ways in which a detector ends, and what is left then: nothing.

use std::{
    collections::BTreeSet,
    fs, io,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Detector, Lab, address::WAN_INTERFACE, program};
use nix::sys::signal::Signal;

use crate::{
    hooks::Hooks,
    pins::FOLDERS,
    stage::{PATIENCE, carry, watch_wan},
};

pub(crate) fn a_signal_ends_it_in_good_order() -> Result<()> {
    let lab = Lab::open()?;
    let before = Remains::of(&lab)?;
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let detector = watch_wan(&lab)?;
        ensure_attached(&lab)?;
        carry(&lab)?;
        detector.signal(signal)?;
        let status = detector.exit(PATIENCE)?;
        ensure!(status.success(), "{signal}: {status}");
        let events = detector.events();
        let last = events.last().context("no event")?;
        ensure!(
            last["event"] == "interface"
                && last["state"] == "detached"
                && last["iface"] == WAN_INTERFACE,
            "{signal}: the last event is {last}"
        );
        ensure_same(&before, &Remains::of(&lab)?)?;
    }
    carry(&lab)
}

pub(crate) fn a_killed_detector_leaves_nothing_behind() -> Result<()> {
    let lab = Lab::open()?;
    let before = Remains::of(&lab)?;
    let detector = watch_wan(&lab)?;
    ensure_attached(&lab)?;
    carry(&lab)?;
    let status = detector.kill()?;
    ensure!(status.signal() == Some(9), "it ended with {status}");
    ensure_same(&before, &Remains::of(&lab)?)?;
    carry(&lab)
}

/// `head` reads one event and goes. Native mode, since `auto` says here why it takes the other one. The shell says on
/// stderr what the detector ended with.
pub(crate) fn a_reader_that_has_seen_enough_ends_it_quietly() -> Result<()> {
    let lab = Lab::open()?;
    let before = Remains::of(&lab)?;
    let script =
        format!("{{ \"$0\" run --wan {WAN_INTERFACE} --mode native; echo $? >&2; }} | head -n 1");
    let path = program::detector()?;
    let path = path.to_str().context("the path is not UTF-8")?;
    let detector = Detector::start(&lab.gateway, Path::new("sh"), &["-c", &script, path])?;
    let status = detector.exit(PATIENCE)?;
    let (events, lines) = (detector.events(), detector.log_lines());
    ensure!(status.success() && events.len() == 1, "{status} {events:?}");
    ensure!(lines == ["0"], "not quietly: {lines:?}");
    ensure_same(&before, &Remains::of(&lab)?)
}

fn ensure_attached(lab: &Lab) -> Result<()> {
    let hooks = Hooks::of(&lab.gateway, WAN_INTERFACE)?;
    ensure!(
        hooks.xdp.len() == 1 && hooks.tcx_out.len() + hooks.filters_out.len() == 1,
        "not attached: {hooks:?}"
    );
    Ok(())
}

fn ensure_same(before: &Remains, after: &Remains) -> Result<()> {
    ensure!(before == after, "before: {before:?}\nafter: {after:?}");
    Ok(())
}

/// What a detector could leave behind.
#[derive(Debug, PartialEq)]
struct Remains {
    hooks: Hooks,
    pins: BTreeSet<PathBuf>,
}

impl Remains {
    fn of(lab: &Lab) -> Result<Self> {
        let mut pins = BTreeSet::new();
        collect(Path::new("/sys/fs/bpf"), &mut pins).context("/sys/fs/bpf")?;
        Ok(Self {
            hooks: Hooks::of(&lab.gateway, WAN_INTERFACE)?,
            pins,
        })
    }
}

fn collect(folder: &Path, paths: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Those of tests that run at the same time.
        if entry
            .path()
            .as_os_str()
            .as_encoded_bytes()
            .starts_with(FOLDERS.as_bytes())
        {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), paths)?;
        }
        paths.insert(entry.path());
    }
    Ok(())
}
