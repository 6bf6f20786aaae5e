//! What the programs are told once, before they are verified, and how much room each map has.
//!
//! Must not know what becomes of the object then.

use std::{
    array,
    hash::{BuildHasher as _, RandomState},
};

use aya::{EbpfLoader, VerifierLogLevel};
use detector_common::{
    hash::Seeds,
    maps,
    prefix::PAIRS,
    sets::{record_of, sets_for},
    tuning::Tuning,
};

use super::{options::Options, pod::Shared};

/// aya-log's levels: 0 is off, and the verifier then drops every log call; 4 is debug.
const LOG_OFF: u8 = 0;
const LOG_DEBUG: u8 = 4;
/// Tables in sets of eight: the map of their tags, that of their records, and the constant that says how many sets.
const TABLES: [(&str, &str, &str); 3] = [maps::FLOWS, maps::NUMBERS, maps::DESTINATIONS];

/// The values, for as long as somebody loads with them.
pub(super) struct Constants {
    tuning: Shared<Tuning>,
    seeds: Shared<Seeds>,
    is_test_run: u32,
    log_level: u8,
    /// Of [`TABLES`].
    sets: [u32; TABLES.len()],
    prefixes: u32,
    /// The kernel looks counters up by pairs.
    pairs: u32,
    counted_flows: u32,
}

impl Constants {
    pub(super) fn of(options: Options) -> Self {
        let sizes = options.sizes;
        let places = [
            sizes.connections,
            maps::number_places(sizes.prefixes),
            sizes.destination_places(),
        ];
        Self {
            tuning: Shared(options.tuning),
            seeds: Shared(seeds()),
            is_test_run: options.is_test_run.into(),
            log_level: if options.is_verbose {
                LOG_DEBUG
            } else {
                LOG_OFF
            },
            sets: places.map(sets_for),
            prefixes: sizes.prefixes,
            pairs: sizes.prefixes.saturating_mul(PAIRS),
            counted_flows: options.counted_flows.unwrap_or(1),
        }
    }

    /// What hashes are made with.
    pub(super) const fn seeds(&self) -> Seeds {
        self.seeds.0
    }

    /// Whoever loads with this loads with these values.
    pub(super) fn loader(&self) -> EbpfLoader<'_> {
        let mut loader = EbpfLoader::new();
        loader
            // Statistics alone never fill the log buffer; a rejected load comes with its log.
            .verifier_log_level(VerifierLogLevel::STATS)
            .override_global(maps::TUNING, &self.tuning, true)
            .override_global(maps::IS_TEST_RUN, &self.is_test_run, true)
            .override_global(maps::SEEDS, &self.seeds, true)
            .override_global(aya_log::LEVEL, &self.log_level, true)
            .map_max_entries(maps::COUNTERS, self.pairs)
            .map_max_entries(maps::CHANGES, self.prefixes)
            .map_max_entries(maps::PREFIXES, self.prefixes)
            .map_max_entries(maps::FREE_NUMBERS, self.prefixes)
            .map_max_entries(maps::FLOW_COUNTS, self.counted_flows);
        for ((tags, records, count), sets) in TABLES.into_iter().zip(&self.sets) {
            loader
                .map_max_entries(tags, *sets)
                .map_max_entries(records, record_of(*sets, 0))
                .override_global(count, sets, true);
        }
        loader
    }
}

/// As secret as the keys of this process's own hash maps.
fn seeds() -> Seeds {
    let state = RandomState::new();
    Seeds(array::from_fn(|index| state.hash_one(index)))
}
