//! The verifier of this kernel.

use anyhow::{Result, ensure};
use detector::kernel::{Kernel, Options};
use detector_tests::measured;

pub(crate) fn every_program_is_verified() -> Result<()> {
    let costs = Kernel::load(Options::default())?.programs.costs()?;
    let ours = costs
        .iter()
        .filter(|cost| cost.name.contains("ethernet") || cost.name.contains("ip"));
    let ours: Vec<_> = ours
        .map(|it| format!("{} {}", it.name, it.verified_instructions))
        .collect();
    ensure!(ours.len() >= 6, "too few: {costs:?}");
    measured("verified instructions", ours.join(", "));
    Ok(())
}
