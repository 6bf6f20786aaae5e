//! Links that outlive the detector: what it leaves, what the next takes over, and what goes.

use std::{
    fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::Instant,
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Detector, Lab, Namespace, address::DOWN_INTERFACE};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    hooks::Hooks,
    link::{Link, NAME, ensure_attached, wait},
    stage::{PATIENCE, end, refuse, watch, word},
};

/// What the folders of tests are called; each has its own.
pub(crate) const FOLDERS: &str = "/sys/fs/bpf/detector-tests-";

pub(crate) fn a_signal_leaves_the_programs_and_taking_the_pins_away_detaches_them() -> Result<()> {
    let (link, ground) = (Link::new()?, Ground::new()?);
    let (detector, _attached) = ground.watch(&link.0, NAME, &[])?;
    let attached = link.hooks(NAME)?;
    end(&detector)?;
    let events = detector.events();
    let last = events.last().context("no event")?;
    ensure!(last["state"] == "left", "the last event is {last}");
    ensure_same(&attached, &link.hooks(NAME)?)?;
    fs::remove_dir_all(ground.pins())?;
    wait_for_hooks(&link.0, NAME, |it| *it == Hooks::default())
}

pub(crate) fn a_new_start_replaces_the_programs_under_the_same_links() -> Result<()> {
    let (link, ground) = (Link::new()?, Ground::new()?);
    for mode in ["auto", "native", "generic"] {
        let first = ground.watch(&link.0, NAME, &["--mode", mode])?;
        let before = link.hooks(NAME)?;
        let links = ground.links()?;
        first.0.kill()?;
        ensure_same(&before, &link.hooks(NAME)?)?;
        let second = ground.watch(&link.0, NAME, &["--mode", mode])?;
        for key in ["mode", "egress", "reason"] {
            let (was, is) = (&first.1[key], &second.1[key]);
            ensure!(was == is, "{key} was {was}, is {is}");
        }
        let after = link.hooks(NAME)?;
        ensure_attached(&after)?;
        ensure!(before.xdp != after.xdp, "the old program: {after:?}");
        ensure!(before.tcx_out != after.tcx_out, "the old one: {after:?}");
        ensure!(links == ground.links()?, "{links:?}: other links now");
        end(&second.0)?;
    }
    Ok(())
}

pub(crate) fn another_mode_or_hook_leaves_one_program_at_each() -> Result<()> {
    let (link, ground) = (Link::new()?, Ground::new()?);
    for (arguments, expected, pins) in [
        (["--mode", "auto"], "generic", ["generic", "out"]),
        (["--mode", "native"], "native", ["native", "out"]),
        (["--ingress", "tc"], "tc", ["in", "out"]),
        (["--mode", "generic"], "generic", ["generic", "out"]),
    ] {
        let (detector, attached) = ground.watch(&link.0, NAME, &arguments)?;
        ensure!(word(&attached, "mode")? == expected, "{attached}");
        wait_for_hooks(&link.0, NAME, |it| {
            it.xdp.len() + it.tcx_in.len() == 1 && it.tcx_out.len() == 1
        })?;
        let index = &attached["ifindex"];
        let pins = pins.map(|hook| format!("v1/{index}-{hook}"));
        ensure!(ground.links()? == pins, "{:?}", ground.links()?);
        end(&detector)?;
    }
    Ok(())
}

/// Else one of two programs would be of a detector that has ended, and the other of one that never watched.
pub(crate) fn a_start_that_fails_leaves_none_of_two_programs() -> Result<()> {
    let (lab, ground) = (Lab::open()?, Ground::new()?);
    let (detector, _attached) =
        ground.watch(&lab.censor, DOWN_INTERFACE, &["--mode", "generic"])?;
    end(&detector)?;
    ensure_attached(&Hooks::of(&lab.censor, DOWN_INTERFACE)?)?;
    let native = ground.arguments(DOWN_INTERFACE, &["--mode", "native"])?;
    refuse(&lab.censor, &native, 69)?;
    wait_for_hooks(&lab.censor, DOWN_INTERFACE, |it| *it == Hooks::default())?;
    ensure!(ground.links()?.is_empty(), "{:?}", ground.links()?);
    Ok(())
}

/// Whether it went while the detector ran, or while none did, or the administrator thinks better of it.
pub(crate) fn pins_of_what_is_gone_or_no_longer_asked_for_go() -> Result<()> {
    let (link, ground) = (Link::new()?, Ground::new()?);
    let (detector, _attached) = ground.watch(&link.0, NAME, &["--wan", "far0"])?;
    ensure!(ground.links()?.len() == 4, "{:?}", ground.links()?);
    end(&detector)?;
    let (detector, _attached) = ground.watch(&link.0, NAME, &[])?;
    ensure!(ground.links()?.len() == 2, "{:?}", ground.links()?);
    wait_for_hooks(&link.0, "far0", |it| *it == Hooks::default())?;
    link.ip("link del wan0")?;
    wait(&detector, "detached", NAME)?;
    ensure!(ground.links()?.is_empty(), "{:?}", ground.links()?);
    come_back(&link, &detector)?;
    let before = ground.links()?;
    ensure!(before.len() == 2, "{before:?}");
    end(&detector)?;
    link.ip("link del wan0")?;
    link.make()?;
    let (detector, _attached) = ground.watch(&link.0, NAME, &[])?;
    let after = ground.links()?;
    ensure!(after.len() == 2 && before != after, "{after:?}");
    ensure_attached(&link.hooks(NAME)?)?;
    end(&detector)
}

/// Nothing is detached before it ends, and what comes is watched.
pub(crate) fn pins_that_root_takes_away_stop_no_watch() -> Result<()> {
    let (link, ground) = (Link::new()?, Ground::new()?);
    let (detector, _attached) = ground.watch(&link.0, NAME, &[])?;
    let attached = link.hooks(NAME)?;
    fs::remove_dir_all(ground.pins())?;
    ensure_same(&attached, &link.hooks(NAME)?)?;
    link.ip("link del wan0")?;
    wait(&detector, "detached", NAME)?;
    come_back(&link, &detector)?;
    end(&detector)?;
    let lines = detector.log_lines();
    let is_said = lines
        .iter()
        .any(|line| line.contains("the directory was removed"));
    ensure!(is_said, "{lines:?}");
    wait_for_hooks(&link.0, NAME, |it| *it == Hooks::default())
}

pub(crate) fn a_second_detector_with_the_same_pins_is_refused() -> Result<()> {
    let (link, ground) = (Link::new()?, Ground::new()?);
    let (first, _attached) = ground.watch(&link.0, NAME, &[])?;
    let before = link.hooks(NAME)?;
    let pins = ground.pins().to_str().context("no UTF-8")?;
    let told = refuse(&link.0, &["--wan", NAME, "--pin", pins], 69)?;
    for part in [pins, "another detector", "--pin DIR"] {
        ensure!(told.contains(part), "no {part}: {told}");
    }
    ensure_same(&before, &link.hooks(NAME)?)?;
    end(&first)
}

/// A folder for pins and one for state, which several detectors have one after the other.
pub(crate) struct Ground {
    pins: PathBuf,
    state: TempDir,
}

impl Ground {
    pub(crate) fn new() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Ok(Self {
            pins: format!("{FOLDERS}{}-{number}", process::id()).into(),
            state: TempDir::new()?,
        })
    }

    /// A detector that watches `interface` with pins and state here, and the event that says so.
    pub(crate) fn watch(
        &self,
        namespace: &Namespace,
        interface: &str,
        more: &[&str],
    ) -> Result<(Detector, Value)> {
        let arguments = self.arguments(interface, more)?;
        watch(namespace, &arguments)
    }

    pub(crate) fn arguments<'a>(
        &'a self,
        interface: &'a str,
        more: &[&'a str],
    ) -> Result<Vec<&'a str>> {
        let pins = self.pins.to_str().context("no UTF-8")?;
        let state = self.state.path().to_str().context("no UTF-8")?;
        let ours = ["--wan", interface, "--pin", pins, "--state-dir", state];
        Ok([&ours, more].concat())
    }

    pub(crate) fn pins(&self) -> &Path {
        &self.pins
    }

    pub(crate) fn state(&self) -> &Path {
        self.state.path()
    }

    /// The pins that there are, from here.
    pub(crate) fn links(&self) -> Result<Vec<String>> {
        let mut links = Vec::new();
        for version in fs::read_dir(&self.pins)? {
            for pin in fs::read_dir(version?.path())? {
                let path = pin?.path();
                links.push(path.strip_prefix(&self.pins)?.display().to_string());
            }
        }
        links.sort();
        Ok(links)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // It may never have been made.
        fs::remove_dir_all(&self.pins).ok();
    }
}

/// Waits until the hooks are so: the kernel takes a program off some moments after its pin is gone.
pub(crate) fn wait_for_hooks(
    namespace: &Namespace,
    interface: &str,
    is_it: impl Fn(&Hooks) -> bool,
) -> Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        // A program that goes meanwhile cannot be asked.
        let hooks = Hooks::of(namespace, interface);
        if hooks.as_ref().is_ok_and(&is_it) {
            return Ok(());
        }
        ensure!(Instant::now() < until, "still so: {hooks:?}");
    }
}

/// Makes the interface again, and waits until it is watched.
fn come_back(link: &Link, detector: &Detector) -> Result<()> {
    let begun = Instant::now();
    link.make()?;
    detector.wait_for_after(begun, PATIENCE, |it| it["state"] == "attached")?;
    ensure_attached(&link.hooks(NAME)?)
}

pub(crate) fn ensure_same(before: &Hooks, after: &Hooks) -> Result<()> {
    ensure!(before == after, "before: {before:?}\nafter: {after:?}");
    Ok(())
}
