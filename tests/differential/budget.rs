//! How much work the verifier has with each program: a limit that is met by accident is met too late.

use std::{collections::BTreeMap, thread};

use anyhow::{Context as _, Result, anyhow, ensure};
use caps::{CapSet, Capability};
use detector::kernel::{Kernel, Options, ProgramCost};
use detector_tests::harness;

/// Instructions that the verifier of Linux 6.18 walked for each program, over all branches; it gives up at a million.
const BUDGET: &str = include_str!("../verifier-budget.toml");

/// Without these it also walks the paths that a processor might speculate on.
const TRUST: [Capability; 2] = [Capability::CAP_PERFMON, Capability::CAP_SYS_ADMIN];

type Walked = BTreeMap<String, u32>;

pub(crate) fn every_program_is_verified_within_its_budget() -> Result<()> {
    within("as_root")
}

pub(crate) fn every_program_is_verified_without_cap_perfmon() -> Result<()> {
    // A thread of its own, to which its capabilities belong.
    let verified = thread::spawn(|| {
        for capability in TRUST {
            caps::drop(None, CapSet::Effective, capability)?;
        }
        within("without_perfmon")
    });
    verified
        .join()
        .map_err(|_panic| anyhow!("the thread without CAP_PERFMON panicked"))?
}

fn within(table: &str) -> Result<()> {
    let budgets: BTreeMap<String, Walked> = toml::from_str(BUDGET)?;
    let walked = budgets.get(table).context("there is no such budget")?;
    let costs = Kernel::load(Options::default())?.programs.costs()?;
    ensure!(
        costs.len() == walked.len(),
        "{} programs, of which {} have a budget",
        costs.len(),
        walked.len()
    );
    let over = costs
        .iter()
        .map(|cost| excess(cost, walked))
        .collect::<Result<Vec<_>>>()?;
    let over: Vec<String> = over.into_iter().flatten().collect();
    ensure!(over.is_empty(), "over budget: {}", over.join(", "));
    Ok(())
}

/// What a program is over its budget by, where it is.
fn excess(cost: &ProgramCost, walked: &Walked) -> Result<Option<String>> {
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
