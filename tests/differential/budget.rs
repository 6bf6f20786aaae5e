//! How much work the verifier has with each program: a limit that is met by accident is met too late.

use anyhow::{Context as _, Result, ensure};
use detector::kernel::{Kernel, Options};
use detector_tests::harness;

/// Instructions that the verifier of Linux 6.18 walked, over all branches; it gives up at a million.
const WALKED: [(&str, u32); 6] = [
    ("in_ethernet", 27_900),
    ("in_ip", 26_400),
    ("out_ethernet", 14_900),
    ("out_ip", 16_000),
    ("xdp_ethernet", 26_900),
    ("xdp_ip", 25_300),
];

pub(crate) fn every_program_is_verified_within_its_budget() -> Result<()> {
    let costs = Kernel::load(Options::default())?.costs()?;
    ensure!(
        costs.len() == WALKED.len(),
        "{} programs, of which {} have a budget",
        costs.len(),
        WALKED.len()
    );
    for cost in costs {
        let (_, walked) = WALKED
            .into_iter()
            .find(|(name, _)| *name == cost.name)
            .with_context(|| format!("{} has no budget", cost.name))?;
        // Compilers and kernels differ by that much.
        let budget = walked + walked / 5;
        harness::note(&format!(
            "{}: {} instructions verified of {budget}, {} bytes",
            cost.name, cost.verified_instructions, cost.translated_bytes
        ));
        ensure!(
            cost.verified_instructions <= budget,
            "{} is over its budget of {budget}",
            cost.name
        );
    }
    Ok(())
}
