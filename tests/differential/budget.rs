//! How much work the verifier has with each program: a limit that is met by accident is met too late.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use detector::kernel::{Kernel, Options, ProgramCost};
use detector_tests::harness;

/// Instructions that the verifier of Linux 6.18 walked for each program, over all branches; it gives up at a million.
const BUDGET: &str = include_str!("../verifier-budget.toml");

pub(crate) fn every_program_is_verified_within_its_budget() -> Result<()> {
    let walked: BTreeMap<String, u32> = toml::from_str(BUDGET)?;
    let costs = Kernel::load(Options::default())?.programs.costs()?;
    ensure!(
        costs.len() == walked.len(),
        "{} programs, of which {} have a budget",
        costs.len(),
        walked.len()
    );
    let over = costs
        .iter()
        .map(|cost| excess(cost, &walked))
        .collect::<Result<Vec<_>>>()?;
    let over: Vec<String> = over.into_iter().flatten().collect();
    ensure!(over.is_empty(), "over budget: {}", over.join(", "));
    Ok(())
}

/// What a program is over its budget by, where it is.
fn excess(cost: &ProgramCost, walked: &BTreeMap<String, u32>) -> Result<Option<String>> {
    let walked = walked
        .get(&cost.name)
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
