//! An unprivileged user with some capabilities: which are enough, and what is said where one is missing.

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::{PermissionsExt as _, chown},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};
use detector_tests::{Detector, Namespace, program};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::{
    hooks::Hooks,
    link::Link,
    pins::wait_for_hooks,
    process::{self, threads},
    stage::{PATIENCE, end},
};

const UNIT: &str = include_str!("../../detector/dist/detector.service");
/// The user "nobody".
const NOBODY: &str = "65534";
const ENOUGH: [&str; 2] = ["bpf", "net_admin"];
/// The same in `CapEff`: bits 12 and 39.
const NEEDED: u64 = 1 << 12 | 1 << 39;
/// With the one that spares the programs fences: bit 38.
const HELPED: u64 = NEEDED | 1 << 38;
/// The folder that belongs to that user.
const STATE: &str = "state";

pub(crate) fn two_capabilities_are_enough_and_the_helper_alone_keeps_them() -> Result<()> {
    let nobody = Nobody::new()?;
    let detector = nobody.watch(&ENOUGH)?;
    detector.attached(PATIENCE)?;
    let helper = process::helper(detector.pid())?;
    for thread in [threads(detector.pid())?, threads(helper)?].concat() {
        ensure!(thread.is("Uid", "65534\t65534\t65534\t65534"), "{thread:?}");
    }
    ensure_divided(&detector, helper, NEEDED)?;
    end(&detector)?;
    let lines = detector.log_lines();
    let is_told = lines.iter().any(|line| line.contains("CAP_PERFMON"));
    ensure!(is_told, "not a word of what a third would spare: {lines:?}");
    Ok(())
}

pub(crate) fn what_the_unit_grants_the_helper_alone_keeps() -> Result<()> {
    let nobody = Nobody::new()?;
    let granted = granted_by_unit()?;
    let granted: Vec<&str> = granted.iter().map(String::as_str).collect();
    let detector = nobody.watch(&granted)?;
    detector.attached(PATIENCE)?;
    ensure_divided(&detector, process::helper(detector.pid())?, HELPED)?;
    end(&detector)?;
    let lines = detector.log_lines();
    let wants_more = lines.iter().any(|line| line.contains("CAP_"));
    ensure!(!wants_more, "{lines:?}");
    Ok(())
}

/// As setpriv calls them.
fn granted_by_unit() -> Result<Vec<String>> {
    let lines = UNIT.lines();
    let mut granted = lines.filter_map(|line| line.strip_prefix("AmbientCapabilities=CAP_"));
    let granted = granted.next_back().context("the unit grants nothing")?;
    let names = granted.split(" CAP_").map(str::to_lowercase);
    Ok(names.collect())
}

pub(crate) fn root_keeps_no_more() -> Result<()> {
    let link = Link::new()?;
    let detector = link.watch()?;
    let helper = process::helper(detector.pid())?;
    ensure_divided(&detector, helper, HELPED)?;
    // What no program that is started could get back: a service lacks the capability to give that up.
    for (pid, bounds) in [(detector.pid(), 0), (helper, HELPED)] {
        for thread in threads(pid)? {
            ensure!(thread.capabilities("CapBnd")? == bounds, "{thread:?}");
        }
    }
    end(&detector)
}

/// No thread of the detector can do anything, and the helper's what they must; neither can gain more.
fn ensure_divided(detector: &Detector, helper: Pid, needed: u64) -> Result<()> {
    for (pid, held) in [(detector.pid(), 0), (helper, needed)] {
        for thread in threads(pid)? {
            for set in ["CapEff", "CapPrm"] {
                ensure!(thread.capabilities(set)? == held, "{set}: {thread:?}");
            }
            for set in ["CapInh", "CapAmb"] {
                ensure!(thread.capabilities(set)? == 0, "{set}: {thread:?}");
            }
            let is_closed_in = thread.is("NoNewPrivs", "1") && thread.is("Seccomp", "2");
            ensure!(is_closed_in, "{thread:?}");
        }
    }
    Ok(())
}

/// On a file system for BPF objects that belongs to that user, which lasts as long as somebody holds it.
pub(crate) fn links_are_pinned_without_root_where_there_is_a_place() -> Result<()> {
    let nobody = Nobody::new()?;
    let place = nobody.folder.path().join("bpf");
    fs::create_dir(&place)?;
    let mut pinned = nobody.command(&ENOUGH);
    pinned
        .arg("--state-dir")
        .arg(nobody.folder.path().join(STATE));
    let script = format!(
        "mount -t bpf -o uid={NOBODY},gid={NOBODY},mode=0700 none {0} && exec \"$@\" --pin {0}/pins",
        place.display()
    );
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &script, "sh"]);
    command.arg(pinned.get_program()).args(pinned.get_args());
    let detector = Detector::start_command(&nobody.namespace, &mut command)?;
    detector.attached(PATIENCE)?;
    let seen = format!("/proc/{}/root{}", detector.pid(), place.display());
    let held = File::open(seen)?;
    detector.kill()?;
    ensure!(
        !Hooks::of(&nobody.namespace, "lo")?.xdp.is_empty(),
        "detached"
    );
    drop(held);
    wait_for_hooks(&nobody.namespace, "lo", |it| *it == Hooks::default())
}

pub(crate) fn the_capability_that_is_missing_is_named() -> Result<()> {
    let nobody = Nobody::new()?;
    for (granted, missing) in [("net_admin", "CAP_BPF"), ("bpf", "CAP_NET_ADMIN")] {
        let detector = nobody.watch(&[granted])?;
        let status = detector.exit(PATIENCE)?;
        let lines = detector.log_lines();
        ensure!(status.code() == Some(77), "{status}: {lines:?}");
        let [line] = lines.as_slice() else {
            bail!("not one line: {lines:?}");
        };
        ensure!(line.contains(&format!("{missing} missing")), "{line}");
    }
    Ok(())
}

pub(crate) fn a_state_directory_that_somebody_else_owns_is_refused() -> Result<()> {
    let nobody = Nobody::new()?;
    let state = TempDir::new()?;
    let mut command = nobody.command(&ENOUGH);
    command.arg("--state-dir").arg(state.path());
    let detector = Detector::start_command(&nobody.namespace, &mut command)?;
    let status = detector.exit(PATIENCE)?;
    let lines = detector.log_lines();
    ensure!(status.code() == Some(77), "{status}: {lines:?}");
    let [line] = lines.as_slice() else {
        bail!("not one line: {lines:?}");
    };
    let path = state.path().to_str().context("the path is not UTF-8")?;
    ensure!(
        line.contains(path) && line.contains("--state-dir"),
        "{line}"
    );
    Ok(())
}

/// The usual directory is not theirs to make.
pub(crate) fn without_a_state_directory_it_warns_and_works() -> Result<()> {
    let nobody = Nobody::new()?;
    let mut command = nobody.command(&ENOUGH);
    command.env_remove("STATE_DIRECTORY");
    let detector = Detector::start_command(&nobody.namespace, &mut command)?;
    detector.attached(PATIENCE)?;
    end(&detector)?;
    let lines = detector.log_lines();
    let mut warned = lines.iter().filter(|line| line.contains("WARN"));
    let is_told = warned.any(|line| line.contains("/var/lib/detector"));
    ensure!(is_told, "{lines:?}");
    Ok(())
}

/// A namespace with a loopback interface, and a copy of the detector that anybody may run: where it was built
/// perhaps only root may look.
struct Nobody {
    namespace: Namespace,
    folder: TempDir,
}

impl Nobody {
    fn new() -> Result<Self> {
        let folder = TempDir::new()?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        // By another process: a child of this one could still hold the file open for writing.
        let copied = Command::new("cp")
            .arg(program::detector()?)
            .arg(folder.path())
            .status()?;
        ensure!(copied.success(), "cp ended with {copied}");
        let state = folder.path().join(STATE);
        fs::create_dir(&state)?;
        chown(&state, Some(NOBODY.parse()?), None)?;
        let namespace = Namespace::new("nobody")?;
        Ok(Self { namespace, folder })
    }

    /// Starts it on the loopback interface, with these capabilities and no other.
    fn watch(&self, capabilities: &[&str]) -> Result<Detector> {
        let mut command = self.command(capabilities);
        command
            .arg("--state-dir")
            .arg(self.folder.path().join(STATE));
        Detector::start_command(&self.namespace, &mut command)
    }

    fn command(&self, capabilities: &[&str]) -> Command {
        let granted = format!("-all,+{}", capabilities.join(",+"));
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"])
            .arg(format!("--inh-caps={granted}"))
            .arg(format!("--ambient-caps={granted}"))
            .arg(format!("--bounding-set={granted}"))
            .arg(self.folder.path().join("detector"))
            .args(["run", "--wan", "lo"]);
        command
    }
}
