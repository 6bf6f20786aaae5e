//! The hook of what leaves: tcx where the kernel has it, and else a filter of clsact.

use std::{
    fs,
    process::{self, Command},
};

use anyhow::{Context as _, Result, ensure};
use aya::programs::{SchedClassifier, TcAttachType};
use detector_tests::{Detector, Namespace, measured, program, tool};

use crate::pair::{FAR, PATIENCE, Pair};

const PROGRAM: &str = "out_ethernet";

pub(crate) fn egress_has_the_best_hook_of_this_kernel() -> Result<()> {
    let pair = Pair::wired()?;
    let best = if tcx(&pair.near).is_ok() {
        "tcx"
    } else {
        "clsact"
    };
    let [_, _, egress] = pair.watch("wire", &[], FAR)?;
    ensure!(egress == best, "{egress} in place of {best}");
    measured("hook of egress", best);
    let left = programs(&pair.near)?;
    ensure!(left == 0, "{left} programs are left");
    Ok(())
}

/// A tcx link ends with its process; a filter stays, and the next start has to remove it.
pub(crate) fn what_a_killed_detector_left_is_replaced() -> Result<()> {
    let pair = Pair::wired()?;
    for _ in 0..2 {
        let arguments = ["run", "--wan", "wire", "--ingress", "tc"];
        let detector = Detector::start(&pair.near, &program::detector()?, &arguments)?;
        detector.attached(PATIENCE)?;
        let attached = programs(&pair.near)?;
        ensure!(attached == 1, "{attached} programs are attached");
        detector.kill()?;
    }
    Ok(())
}

/// By links, which can be pinned; where TC has none, that is said before anything is touched.
pub(crate) fn programs_stay_where_tc_has_links() -> Result<()> {
    let pair = Pair::wired()?;
    let has_links = tcx(&pair.near).is_ok();
    let pins = TempPins::new();
    for _ in 0..2 {
        let arguments = ["run", "--wan", "wire", "--pin", pins.path()];
        let detector = Detector::start(&pair.near, &program::detector()?, &arguments)?;
        if has_links {
            detector.attached(PATIENCE)?;
            detector.kill()?;
        } else {
            let status = detector.exit(PATIENCE)?;
            let lines = detector.log_lines();
            ensure!(status.code() == Some(69), "{status}: {lines:?}");
            ensure!(
                lines.len() == 1 && lines[0].contains("needs Linux 6.6"),
                "{lines:?}"
            );
        }
        let attached = programs(&pair.near)?;
        ensure!(
            attached == usize::from(has_links),
            "{attached} programs are attached"
        );
    }
    measured(
        "pins",
        if has_links {
            "programs stay"
        } else {
            "refused, 69"
        },
    );
    Ok(())
}

/// A directory for pins that goes with all that is in it.
struct TempPins(String);

impl TempPins {
    fn new() -> Self {
        Self(format!(
            "/sys/fs/bpf/detector-tests-{}-kernels",
            process::id()
        ))
    }

    fn path(&self) -> &str {
        &self.0
    }
}

impl Drop for TempPins {
    fn drop(&mut self) {
        // It may never have been made.
        fs::remove_dir_all(&self.0).ok();
    }
}

/// How many programs of ours see what leaves.
pub(crate) fn programs(side: &Namespace) -> Result<usize> {
    let filters = ["filter", "show", "dev", "wire", "egress"];
    let filters = side.run(|| tool::converse(Command::new("tc").args(filters), ""))?;
    // Where there is no tcx, there is none of ours on it.
    let ours = filters.lines().filter(|line| line.contains(PROGRAM));
    Ok(ours.count() + tcx(side).unwrap_or_default())
}

fn tcx(side: &Namespace) -> Result<usize> {
    side.run(|| {
        let (_revision, programs) = SchedClassifier::query_tcx("wire", TcAttachType::Egress)
            .context("the kernel has no tcx")?;
        Ok(programs.len())
    })
}
