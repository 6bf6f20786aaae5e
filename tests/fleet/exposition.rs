//! The text of metrics, as a detector that has seen a block writes it.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::{gateway::Gateway, tool::run};

pub(crate) fn the_linter_has_nothing_to_say_of_a_running_detector() -> Result<()> {
    let gateway = Gateway::open()?;
    let _block = gateway.block()?;
    gateway.alerted()?;
    let text = gateway.metrics()?;
    ensure!(text.contains("\ndetector_suspected_blocking{"), "{text}");
    let said = run(Command::new("promtool").args(["check", "metrics"]), &text)?;
    ensure!(said.trim().is_empty(), "{said}");
    Ok(())
}
