//! The hook of what leaves: tcx where the kernel has it, and else a filter of clsact.

use std::process::Command;

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
