//! A detector that gets less of the operating system than it needs: it says so in one line and ends, with nothing attached.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{self, Command},
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Detector, Lab, address::WAN_INTERFACE, measured, program};

use crate::{hooks::Hooks, stage::PATIENCE};

/// Refused memory, or whatever else the operating system has.
const REFUSED: i32 = 71;
/// Less than all maps take, and more than the process does.
const TOO_LITTLE_BYTES: u64 = 48 << 20;
/// The first has no room for the event loop, the second none for the maps.
const TOO_FEW_FILES: [u32; 3] = [8, 24, 255];

pub(crate) fn too_few_open_files_are_named_before_anything_is_opened() -> Result<()> {
    let lab = Lab::open()?;
    for files in TOO_FEW_FILES {
        let mut command = Command::new("prlimit");
        command.arg(format!("--nofile={files}:{files}"));
        let line = refused(&lab, command)?;
        ensure!(
            line.contains(&format!("{files} open files")) && line.contains("LimitNOFILE"),
            "{line}"
        );
    }
    Ok(())
}

pub(crate) fn too_little_memory_names_the_map_and_what_all_take() -> Result<()> {
    let lab = Lab::open()?;
    let group = Group::new(TOO_LITTLE_BYTES)?;
    let mut command = Command::new("sh");
    command
        .args(["-c", "echo $$ > \"$0\" && exec \"$@\""])
        .arg(group.0.join("cgroup.procs"));
    let line = refused(&lab, command)?;
    ensure!(
        line.contains("map ") && line.contains(" MiB") && line.contains("MemoryMax"),
        "{line}"
    );
    measured(
        "limits::too_little_memory_names_the_map_and_what_all_take",
        format_args!(
            "exit {REFUSED}: \"{}\"",
            line.trim_start_matches("detector: ")
        ),
    );
    Ok(())
}

/// What is missing here to give a process little memory.
pub(crate) fn missing() -> Option<String> {
    Group::parent().err().map(|error| format!("{error:#}"))
}

/// Has `wrapper` start a detector, which must end at once; its only line.
fn refused(lab: &Lab, mut wrapper: Command) -> Result<String> {
    wrapper
        .arg(program::detector()?)
        .args(["run", "--wan", WAN_INTERFACE]);
    let detector = Detector::start_command(&lab.gateway, &mut wrapper)?;
    let status = detector.exit(PATIENCE)?;
    let lines = detector.log_lines();
    let is_told = status.code() == Some(REFUSED) && lines.len() == 1;
    ensure!(is_told, "{status}: {lines:?}");
    let hooks = Hooks::of(&lab.gateway, WAN_INTERFACE)?;
    ensure!(hooks == Hooks::default(), "left {hooks:?}");
    lines.into_iter().next().context("no line")
}

/// A group of processes with little memory. It is gone when this is dropped.
struct Group(PathBuf);

impl Group {
    fn new(bytes: u64) -> Result<Self> {
        let (parent, limit) = Self::parent()?;
        let group = Self(parent.join(format!("detector-limits-{}", process::id())));
        fs::create_dir(&group.0).with_context(|| group.0.display().to_string())?;
        fs::write(group.0.join(limit), bytes.to_string())?;
        Ok(group)
    }

    /// Where groups are made, and what their limit is called: in the tree of all controllers, or in that of memory alone.
    fn parent() -> Result<(PathBuf, &'static str)> {
        let groups = fs::read_to_string("/proc/self/cgroup")?;
        let own = |controller: &str| {
            let mut lines = groups.lines().map(|line| line.splitn(3, ':'));
            lines.find_map(|mut parts| (parts.nth(1) == Some(controller)).then(|| parts.next())?)
        };
        if let Some(group) = own("memory") {
            return Ok((
                below("/sys/fs/cgroup/memory", group),
                "memory.limit_in_bytes",
            ));
        }
        let group = own("").context("there are no groups of processes")?;
        let parent = below("/sys/fs/cgroup", group);
        let parent = parent.parent().unwrap_or(&parent).to_owned();
        let given = fs::read_to_string(parent.join("cgroup.subtree_control"))?;
        ensure!(given.contains("memory"), "no group may limit its memory");
        Ok((parent, "memory.max"))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Whoever was in it has ended.
        fs::remove_dir(&self.0).ok();
    }
}

fn below(root: &str, group: &str) -> PathBuf {
    Path::new(root).join(group.trim_start_matches('/'))
}
