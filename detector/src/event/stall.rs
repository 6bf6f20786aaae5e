//! Where connections were cut off, as an alert tells it.

use std::collections::BTreeMap;

use detector_common::stall::Bucket;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::snapshot::Stalls;

/// Connections that were cut off, by where. A freeze by a censor comes at one place.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct StallDetails {
    /// By payload: the first byte of each step of the histogram.
    pub bytes: BTreeMap<u32, u64>,
    /// By packets both ways: the first packet of each step.
    pub packets: BTreeMap<u32, u64>,
}

impl StallDetails {
    /// The steps that hold something; `None` where no connection was cut off.
    pub fn of(stalls: &Stalls) -> Option<Self> {
        let bytes = steps(&stalls.bytes, Bucket::bytes);
        let packets = steps(&stalls.packets, Bucket::packets);
        (!bytes.is_empty()).then_some(Self { bytes, packets })
    }
}

fn steps(counts: &[u64; Bucket::COUNT], first: fn(Bucket) -> u32) -> BTreeMap<u32, u64> {
    let steps = Bucket::ALL.into_iter().zip(counts);
    steps
        .filter(|(_, count)| **count > 0)
        .map(|(bucket, count)| (first(bucket), *count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_named_by_where_they_begin_and_empty_ones_left_out() {
        assert_eq!(StallDetails::of(&Stalls::default()), None);
        let mut stalls = Stalls::default();
        stalls.bytes[Bucket::of_bytes(17_000).index()] = 3;
        stalls.packets[Bucket::of_packets(26).index()] = 3;
        let details = StallDetails::of(&stalls).unwrap();
        assert_eq!(details.bytes, BTreeMap::from([(16_384, 3)]));
        assert_eq!(details.packets, BTreeMap::from([(25, 3)]));
    }
}
