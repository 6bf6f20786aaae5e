//! Random sequences: a few connections at once, every kind of frame at any time, and some bytes broken.
//!
//! The default seed makes every run the same. `DETECTOR_DIFFERENTIAL_SEQUENCES` and `DETECTOR_DIFFERENTIAL_SEED`
//! widen the search.

use std::env;

use anyhow::{Context as _, Result, ensure};
use detector_common::{time::Nanos, tuning::Tuning, verdict::Verdict, wire::link::LinkLayer};
use detector_tests::{frames::Frame, harness};

use crate::{
    improviser::Improviser,
    pair::{Pair, Venue},
    scene::first_difference,
};

const SEQUENCES: u64 = 240;
const FRAMES: usize = 30;
const SEED: u64 = 2018;
/// Sequences that one pair sees. More make a comparison long, fewer load the programs often.
const A_PAIR: u64 = 60;

/// The thresholds reach the programs as constants of their own, which the kernel does not share with the host.
const OTHER_TUNING: Tuning = Tuning {
    syn_spacing: Nanos::from_millis(300),
    syn_silence: Nanos::from_millis(900),
    syn_run_gap: Nanos::from_secs(4),
    trial: Nanos::from_secs(2),
    reset_window: Nanos::from_secs(1),
    contradiction_window: Nanos::from_millis(200),
    reorder: Nanos::from_millis(10),
    min_timing_rtt: Nanos::from_millis(1),
    reset_burst: Nanos::from_millis(300),
    resend_spacing: Nanos::from_millis(40),
    data_silence: Nanos::from_millis(300),
    cutoff_silence: Nanos::from_secs(2),
    quic_silence: Nanos::from_millis(200),
    poison: Nanos::from_secs(3),
    prefix_v4: 20,
    prefix_v6: 44,
};

pub(crate) fn random_sequences() -> Result<()> {
    compare_all(Tuning::default(), SEQUENCES)
}

pub(crate) fn random_sequences_under_another_tuning() -> Result<()> {
    compare_all(OTHER_TUNING, A_PAIR)
}

fn compare_all(tuning: Tuning, sequences: u64) -> Result<()> {
    let wanted = variable("DETECTOR_DIFFERENTIAL_SEQUENCES", sequences)?;
    let seed = variable("DETECTOR_DIFFERENTIAL_SEED", SEED)?;
    let mut ends = [0; Verdict::COUNT];
    for venue in Venue::ALL {
        for first in (0..wanted).step_by(usize::try_from(A_PAIR)?) {
            let seeds = (first..wanted.min(first + A_PAIR)).map(|number| seed.wrapping_add(number));
            compare(Pair::load(venue, tuning)?, seeds, &mut ends)?;
        }
    }
    harness::note(&format!(
        "{wanted} random sequences of {FRAMES} frames through each of 4 venues, seed {seed}; ends: {ends:?}"
    ));
    // What is incomplete has not ended, and is counted by nobody.
    let missing = Verdict::ALL
        .into_iter()
        .filter(|verdict| *verdict != Verdict::Incomplete)
        .find(|verdict| ends[verdict.index()] == 0);
    ensure!(
        missing.is_none() || wanted < sequences,
        "no sequence ended in {missing:?}, so nothing was compared there: the improviser has to learn how"
    );
    Ok(())
}

fn compare(
    mut pair: Pair,
    seeds: impl Iterator<Item = u64>,
    ends: &mut [u32; Verdict::COUNT],
) -> Result<()> {
    for seed in seeds {
        let sequence = improvise(seed, pair.venue.link);
        for (frame, now) in &sequence {
            if let Some(judgement) = pair.show(frame, *now)? {
                ends[judgement.verdict.index()] += 1;
            }
        }
        if let Err(difference) = pair.compare() {
            let place = first_difference(&pair, &sequence)?;
            return Err(difference.context(place).context(format!("seed {seed}")));
        }
    }
    Ok(())
}

fn improvise(seed: u64, link: LinkLayer) -> Vec<(Frame, Nanos)> {
    let mut improviser = Improviser::new(seed, link);
    (0..FRAMES).map(|_| improviser.next()).collect()
}

fn variable(name: &str, default: u64) -> Result<u64> {
    match env::var(name) {
        Ok(value) => value
            .parse()
            .with_context(|| format!("{name}={value} is no number")),
        Err(_unset) => Ok(default),
    }
}
