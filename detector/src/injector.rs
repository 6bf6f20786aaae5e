//! Who forges: injectors are known by the look of their packets.
//!
//! Pure: the samples of one connection go in, at most one name comes out. What is known of each
//! injector is data (`data/injectors.toml`). Must not know: where samples come from, or who is told.

mod fingerprint;
mod look;

use std::sync::LazyLock;

use detector_common::{sample::Sample, verdict::Verdict};
use serde::Deserialize;

pub use self::fingerprint::Fingerprint;

const DATA: &str = include_str!("../data/injectors.toml");

static KNOWN: LazyLock<Vec<Fingerprint>> =
    LazyLock::new(|| read(DATA).expect("the data file is part of the program, and tested"));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fingerprint: Vec<Fingerprint>,
}

fn read(data: &str) -> Result<Vec<Fingerprint>, toml::de::Error> {
    toml::from_str(data).map(|file: File| file.fingerprint)
}

/// Every fingerprint.
pub fn known() -> &'static [Fingerprint] {
    &KNOWN
}

/// The name of the injector that the samples of one connection are the work of. Where nothing
/// proves a third party, nobody is named; where several fit, the most specific one is, and of
/// those the one that most packets bear.
pub fn name(samples: &[Sample]) -> Option<&'static str> {
    let is_proved = samples.iter().any(proves_third_party);
    let fitting = known()
        .iter()
        .filter(|_| is_proved)
        .filter_map(|it| Some(((it.specificity(), it.bearers(samples)?), it)));
    fitting
        .max_by_key(|(rank, _)| *rank)
        .map(|(_, it)| it.name.as_str())
}

fn proves_third_party(sample: &Sample) -> bool {
    Verdict::of_code(sample.verdict).is_some_and(Verdict::proves_third_party)
}

#[cfg(test)]
mod tests;
