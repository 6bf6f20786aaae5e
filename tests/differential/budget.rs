//! How much work the verifier has with each program: a limit that is met by accident is met too late.

use anyhow::{Context as _, Result, ensure};
use detector::kernel::{Kernel, Options, ProgramCost};
use detector_tests::harness;

/// Instructions that the verifier of Linux 6.18 walked, over all branches; it gives up at a million.
const WALKED: [(&str, u32); 6] = [
    ("in_ethernet", 56_200),
    ("in_ip", 51_700),
    ("out_ethernet", 42_900),
    ("out_ip", 38_400),
    ("xdp_ethernet", 54_300),
    ("xdp_ip", 51_600),
];

pub(crate) fn every_program_is_verified_within_its_budget() -> Result<()> {
    let costs = Kernel::load(Options::default())?.costs()?;
    ensure!(
        costs.len() == WALKED.len(),
        "{} programs, of which {} have a budget",
        costs.len(),
        WALKED.len()
    );
    let over = costs.iter().map(excess).collect::<Result<Vec<_>>>()?;
    let over: Vec<String> = over.into_iter().flatten().collect();
    ensure!(over.is_empty(), "over budget: {}", over.join(", "));
    Ok(())
}

/// What a program is over its budget by, where it is.
fn excess(cost: &ProgramCost) -> Result<Option<String>> {
    let (_, walked) = WALKED
        .into_iter()
        .find(|(name, _)| *name == cost.name)
        .with_context(|| format!("{} has no budget", cost.name))?;
    // Compilers and kernels differ by that much.
    let budget = walked + walked / 5;
    let verified = cost.verified_instructions;
    harness::note(&format!(
        "{}: {verified} instructions verified of {budget}, {} bytes",
        cost.name, cost.translated_bytes
    ));
    Ok((verified > budget).then(|| format!("{} with {verified} of {budget}", cost.name)))
}
