//! A censor that does this to one part of a range and that to another.

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Forgery, Trigger};
use ipnet::IpNet;

use crate::{
    alert::{Charge, is_whole, shows},
    area::{V4, v4},
    case::Case,
    stage::Stage,
};

/// Half of the range. Silence takes three seconds to be one, so that it is level with the resets at most.
const SILENT: IpNet = v4(24, 21);

const CHARGE: Charge = Charge {
    kind: "rst_injection",
    stage: "post_psh",
    symptom: "rst_injected",
};

/// The kind is the one that leads, and forgery where both are level; the evidence tells of both.
pub(crate) fn resets_and_silence_in_one_range_are_one_alert() -> Result<()> {
    let case = Case::new(
        "resets and silence",
        |censor, range| {
            let injection = censor.inject(range, Trigger::FirstData, Forgery::default())?;
            let block = censor.drop_range(SILENT)?;
            Ok(Box::new(|| block.lift().and(injection.lift())))
        },
        CHARGE,
    );
    let stage = Stage::open(V4)?;
    case.run_on(&stage)?;
    let events = stage.end()?;
    case.judge(&events)?;
    let mut wholes = events.iter().filter(|it| is_whole(it, V4.blocked[0]));
    let told = wholes.next_back().context("never whole")?;
    ensure!(shows(told, "syn_timeout"), "half of the truth: {told}");
    Ok(())
}
