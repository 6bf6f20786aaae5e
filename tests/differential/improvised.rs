//! Random sequences: a few connections at once, every kind of frame at any time, and some bytes broken.
//!
//! The default seed makes every run the same. `DETECTOR_DIFFERENTIAL_SEQUENCES` and `DETECTOR_DIFFERENTIAL_SEED`
//! widen the search.

use std::env;

use anyhow::{Context as _, Result, ensure};
use detector_common::{
    mark::Mark, time::Nanos, tuning::Tuning, verdict::Verdict, wire::link::LinkLayer,
};
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
pub(crate) const OTHER_TUNING: Tuning = Tuning {
    syn_spacing: Nanos::from_millis(300),
    syn_silence: Nanos::from_millis(900),
    syn_run_gap: Nanos::from_secs(4),
    trial: Nanos::from_secs(2),
    reset_window: Nanos::from_secs(1),
    contradiction_window: Nanos::from_secs(1),
    reorder: Nanos::from_millis(5),
    min_timing_rtt: Nanos::from_millis(1),
    reset_burst: Nanos::from_secs(1),
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
    compare_all(OTHER_TUNING, 2 * A_PAIR)
}

fn compare_all(tuning: Tuning, sequences: u64) -> Result<()> {
    let wanted = variable("DETECTOR_DIFFERENTIAL_SEQUENCES", sequences)?;
    let seed = variable("DETECTOR_DIFFERENTIAL_SEED", SEED)?;
    let mut shown = Shown::default();
    for venue in Venue::ALL {
        for first in (0..wanted).step_by(usize::try_from(A_PAIR)?) {
            let seeds = (first..wanted.min(first + A_PAIR)).map(|number| seed.wrapping_add(number));
            compare(Pair::load(venue, tuning)?, seeds, &mut shown)?;
        }
    }
    harness::note(&format!(
        "{wanted} random sequences of {FRAMES} frames through each of 4 venues, seed {seed}; {shown:?}"
    ));
    let missing = shown.missing();
    ensure!(
        missing.is_empty() || wanted < sequences,
        "no sequence showed {missing}, so nothing was compared there: the improviser has to learn how"
    );
    Ok(())
}

/// What the sequences led to.
#[derive(Debug, Default)]
struct Shown {
    /// Judgements, by verdict.
    ends: [u32; Verdict::COUNT],
    /// Connections, by mark.
    marks: [u64; Mark::COUNT],
}

impl Shown {
    /// The verdicts and marks that never came. What is incomplete has not ended, and is counted by nobody.
    fn missing(&self) -> String {
        let verdicts = Verdict::ALL
            .into_iter()
            .filter(|verdict| *verdict != Verdict::Incomplete && self.ends[verdict.index()] == 0)
            .map(Verdict::name);
        let marks = Mark::ALL
            .into_iter()
            .filter(|mark| self.marks[mark.index()] == 0)
            .map(Mark::name);
        verdicts.chain(marks).collect::<Vec<_>>().join(", ")
    }
}

fn compare(mut pair: Pair, seeds: impl Iterator<Item = u64>, shown: &mut Shown) -> Result<()> {
    for seed in seeds {
        let sequence = improvise(seed, pair.venue.link);
        for (frame, now) in &sequence {
            if let Some(judgement) = pair.show(frame, *now)? {
                shown.ends[judgement.verdict.index()] += 1;
            }
        }
        if let Err(difference) = pair.compare() {
            let place = first_difference(&pair, &sequence)?;
            return Err(difference.context(place).context(format!("seed {seed}")));
        }
    }
    for (sum, marks) in shown
        .marks
        .iter_mut()
        .zip(pair.engine.tables.evidence.marks)
    {
        *sum += marks;
    }
    Ok(())
}

fn improvise(seed: u64, link: LinkLayer) -> Vec<(Frame, Nanos)> {
    let mut improviser = Improviser::new(seed, link);
    (0..FRAMES).map(|_| improviser.next()).collect()
}

pub(crate) fn variable(name: &str, default: u64) -> Result<u64> {
    match env::var(name) {
        Ok(value) => value
            .parse()
            .with_context(|| format!("{name}={value} is no number")),
        Err(_unset) => Ok(default),
    }
}
