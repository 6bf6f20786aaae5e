//! Kernels that lack what the detector needs: it says so and touches nothing.

use std::{fs, process::Command};

use anyhow::{Result, ensure};
use detector_tests::{Detector, measured, program, tool};

use crate::{
    hooks,
    pair::{PATIENCE, Pair},
};

/// The first release with everything.
const ENOUGH: (u32, u32) = (5, 19);

/// Whether this kernel is one of them, by what it calls itself: the detector asks for features.
pub(crate) fn is_this_kernel() -> bool {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split(['.', '-']).map_while(|it| it.parse().ok());
    matches!((numbers.next(), numbers.next()), (Some(major), Some(minor)) if (major, minor) < ENOUGH)
}

pub(crate) fn what_an_old_kernel_lacks_is_named_before_anything_is_attached() -> Result<()> {
    let pair = Pair::wired()?;
    let arguments = ["run", "--wan", "wire"];
    let detector = Detector::start(&pair.near, &program::detector()?, &arguments)?;
    let status = detector.exit(PATIENCE)?;
    let (events, lines) = (detector.events(), detector.log_lines());
    ensure!(status.code() == Some(69), "{status}: {lines:?}");
    ensure!(events.is_empty(), "it has begun: {events:?}");
    let [line] = lines.as_slice() else {
        anyhow::bail!("not one line: {lines:?}");
    };
    ensure!(line.contains("needs") && line.contains("because"), "{line}");
    measured("an old kernel", line);
    ensure_untouched(&pair)
}

fn ensure_untouched(pair: &Pair) -> Result<()> {
    let attached = hooks::programs(&pair.near)?;
    ensure!(attached == 0, "{attached} programs are attached");
    let show = ["link", "show", "dev", "wire"];
    let shown = pair
        .near
        .run(|| tool::converse(Command::new("ip").args(show), ""))?;
    ensure!(!shown.contains("xdp"), "{shown}");
    Ok(())
}
