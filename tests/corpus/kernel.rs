//! The programs in the kernel against the engine on the host, over every capture that the kernel can be shown.

use anyhow::{Result, ensure};
use detector_tests::{
    corpus::{captures::Captures, replay::replay},
    harness,
};

/// What a refusal of a link type ends with.
const REFUSAL: &str = "leave out --in-kernel";

pub(crate) fn the_kernel_tells_the_same_of_every_capture() -> Result<()> {
    let captures = Captures::usual()?;
    let shown = captures.each(|name| is_told_the_same(&captures, name))?;
    let count = shown.iter().filter(|shown| **shown).count();
    harness::note(&format!(
        "the kernel was shown {count} of {} captures",
        shown.len()
    ));
    // Captures from cooked and loopback devices are few.
    assert!(count * 10 > shown.len() * 9, "{count} of {}", shown.len());
    Ok(())
}

/// Whether the kernel could be shown it at all.
fn is_told_the_same(captures: &Captures, name: &str) -> Result<bool> {
    let kernel = replay(captures, name, &["--in-kernel"])?;
    kernel.ended_in_order()?;
    if kernel.code != Some(0) {
        let why = &kernel.complaints;
        ensure!(why.trim_end().ends_with(REFUSAL), "{name}: {why}");
        return Ok(false);
    }
    let host = replay(captures, name, &[])?;
    let mut lines = host.told.lines().zip(kernel.told.lines());
    if let Some((host, kernel)) = lines.find(|(host, kernel)| host != kernel) {
        anyhow::bail!("{name}:\n  host   {host}\n  kernel {kernel}");
    }
    ensure!(
        host.told.len() == kernel.told.len(),
        "{name}: one tells more"
    );
    Ok(true)
}
