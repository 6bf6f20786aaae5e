//! How much there is room for, and what that costs in kernel memory.
//!
//! Must not know: how a map is made.

use detector_common::{
    lanes::WAYS,
    maps::{DESTINATION_CAPACITY, FLOW_CAPACITY, PREFIX_CAPACITY, SAMPLE_BYTES, number_places},
    prefix::{Change, PrefixCounters, PrefixKey},
    sets::{DestinationRecord, FlowRecord, NumberRecord, Set, sets_for},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::written;

/// Fewest and most entries of one table.
pub const ALLOWED: std::ops::RangeInclusive<u32> = 1_024..=16_777_216;

/// Room for so many at a time. Kernel memory, taken at the start and never more.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sizes {
    /// Destination prefixes that are tracked. Where there is no room, a prefix is not watched at all.
    #[serde(deserialize_with = "written::read_size")]
    #[schemars(range(min = 1_024, max = 16_777_216))]
    pub prefixes: u32,
    /// Young connections that are followed. Where there is no room, the oldest of eight gives way.
    #[serde(deserialize_with = "written::read_size")]
    #[schemars(range(min = 1_024, max = 16_777_216))]
    pub connections: u32,
    /// Destinations that are remembered to have answered; there are as many places again for others.
    #[serde(deserialize_with = "written::read_size")]
    #[schemars(range(min = 1_024, max = 16_777_216))]
    pub destinations: u32,
}

/// Kernel memory of one table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Share {
    /// The key that sets its size.
    pub key: &'static str,
    /// Entries.
    pub capacity: u32,
    /// Bytes of all maps that it is made of.
    pub bytes: u64,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            prefixes: PREFIX_CAPACITY,
            connections: FLOW_CAPACITY,
            destinations: DESTINATION_CAPACITY,
        }
    }
}

impl Sizes {
    /// Places for destinations: as many again for those that never answered, and for sets that are full early.
    pub const fn destination_places(self) -> u32 {
        self.destinations.saturating_mul(2)
    }

    /// What each table takes.
    pub fn shares(self) -> [Share; 3] {
        let share = |key, capacity, bytes| Share {
            key,
            capacity,
            bytes,
        };
        let numbers = table_bytes::<NumberRecord>(number_places(self.prefixes));
        let counters = u64::from(self.prefixes) * bytes_of_a_prefix();
        [
            share("prefixes", self.prefixes, numbers + counters),
            share(
                "connections",
                self.connections,
                table_bytes::<FlowRecord>(self.connections),
            ),
            share(
                "destinations",
                self.destinations,
                table_bytes::<DestinationRecord>(self.destination_places()),
            ),
        ]
    }

    /// Bytes of all tables, and of the buffer of samples.
    pub fn bytes(self) -> u64 {
        let shares: u64 = self.shares().iter().map(|share| share.bytes).sum();
        shares + u64::from(SAMPLE_BYTES)
    }
}

/// Tags and records of a set-associative table.
fn table_bytes<R>(places: u32) -> u64 {
    let [sets, tags, records] = [
        sets_for(places) as usize,
        size_of::<Set>(),
        WAYS * size_of::<R>(),
    ]
    .map(as_u64);
    sets * (tags + records)
}

/// Counters, the word of their changes, whose they are, and the number on the stack.
fn bytes_of_a_prefix() -> u64 {
    let parts: [usize; 4] = [
        size_of::<PrefixCounters>(),
        size_of::<Change>(),
        size_of::<PrefixKey>(),
        size_of::<u32>(),
    ];
    parts.map(as_u64).iter().sum()
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn the_defaults_fit_the_budget() {
        let bytes = Sizes::default().bytes();
        assert!((60 * MIB..=64 * MIB).contains(&bytes), "{bytes}");
    }

    #[test]
    fn a_table_of_twice_the_size_takes_twice_the_memory() {
        let bytes = |prefixes| {
            let sizes = Sizes {
                prefixes,
                ..Sizes::default()
            };
            sizes.shares()[0].bytes
        };
        assert_eq!(bytes(1 << 18), 4 * bytes(1 << 16));
    }
}
