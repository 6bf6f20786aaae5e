//! t
use crate::{scenario::Scenario, timeline::Timeline};
use anyhow::Result;
pub(crate) fn run(_s: Scenario, _t: &mut Timeline) -> Result<()> {
    Ok(())
}
