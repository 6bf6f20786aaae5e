//! Captures without any censor, and those that are damaged on purpose.

use std::collections::BTreeSet;

use anyhow::Result;
use detector_tests::corpus::{captures::Captures, expectation::KNOWN_FORGERIES, replay};

const FOLDERS: [&str; 2] = ["benign_tcp/", "robustness/"];

pub(crate) fn ordinary_and_damaged_traffic_shows_the_known_forgeries_alone() -> Result<()> {
    let replays = replay::all(&Captures::usual()?)?;
    let flows = replays.into_iter().flat_map(|it| it.flows);
    let forged = flows.filter(|flow| flow.verdict.proves_third_party());
    let forged = forged.filter(|flow| FOLDERS.iter().any(|it| flow.file.starts_with(it)));
    let told = forged.map(|it| (it.file, it.local.to_string(), it.verdict.name()));
    let known = KNOWN_FORGERIES.map(|it| (it.file.into(), it.local.into(), it.verdict.name()));
    assert_eq!(told.collect::<BTreeSet<_>>(), BTreeSet::from(known));
    Ok(())
}
