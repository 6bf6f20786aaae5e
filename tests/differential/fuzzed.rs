//! Kernel and host over sequences that chance makes of conversations: broken, repeated, reversed, at any time of the
//! clock, under any thresholds. What both remember must be the same after each.
//!
//! `DETECTOR_FUZZED_SEED` and `DETECTOR_FUZZED_SEQUENCES` play a part again; a failure says which, and the least that
//! differs.

mod course;
mod shrink;
mod thresholds;

use std::time::Instant;

use anyhow::{Context as _, Result};
use detector_tests::{harness::note, long::so_many, measured};

use self::{course::course, shrink::shrink, thresholds::thresholds};
use crate::{
    improvised::variable,
    pair::{Pair, Venue},
};

const NAME: &str = "whatever_passes_kernel_and_host_remember_the_same";
const SHORT: u64 = 2_000;
const LONG: u64 = 1_000_000;
const SEED: u64 = 1;
/// Sequences that one pair sees: less than there are networks, and than fill a table.
const A_PAIR: u64 = 200;

pub(crate) fn whatever_passes_kernel_and_host_remember_the_same() -> Result<()> {
    let sequences = variable("DETECTOR_FUZZED_SEQUENCES", so_many(SHORT, LONG))?;
    let seed = variable("DETECTOR_FUZZED_SEED", SEED)?;
    let begin = Instant::now();
    let mut all = Seen::default();
    for done in (0..sequences).step_by(usize::try_from(A_PAIR)?) {
        let first = seed.wrapping_add(done);
        let count = A_PAIR.min(sequences - done);
        let these = compare(first, count).with_context(|| {
            format!(
                "play it again by DETECTOR_FUZZED_SEED={first} DETECTOR_FUZZED_SEQUENCES={count}"
            )
        })?;
        all.packets += these.packets;
        all.followed += these.followed;
    }
    let Seen { packets, followed } = all;
    note(&format!("{followed} of {packets} packets were followed"));
    let took = begin.elapsed().as_secs_f64();
    measured(
        NAME,
        format_args!(
            "0 differences in {sequences} sequences, {packets} packets, from seed {seed}, in {took:.0} s"
        ),
    );
    Ok(())
}

/// What there was to differ in.
#[derive(Default)]
struct Seen {
    packets: u64,
    followed: u64,
}

/// Plays sequences on one pair, whose programs and thresholds follow from the first seed.
fn compare(first: u64, count: u64) -> Result<Seen> {
    let venue = Venue::ALL[usize::try_from(first / A_PAIR)? % Venue::ALL.len()];
    let mut pair = Pair::load(venue, thresholds(first))?;
    for seed in first..first + count {
        let sequence = course(seed, venue.link);
        let played = pair.play(&sequence).and_then(|()| pair.compare());
        if let Err(difference) = played {
            let least = shrink(&pair, sequence)?;
            return Err(difference.context(least).context(format!("seed {seed}")));
        }
    }
    let packets = pair.packets.iter().sum();
    let skipped: u64 = pair.engine.skips.iter().sum();
    Ok(Seen {
        packets,
        followed: packets - skipped,
    })
}
