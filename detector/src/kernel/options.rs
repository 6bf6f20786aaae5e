//! How the object is loaded: what the programs are told, and how much room the maps have.

use detector_common::{maps, tuning::Tuning};
use serde::{Deserialize, Serialize};

use super::pod;

/// How the object is loaded.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Options {
    /// Thresholds and prefix lengths.
    #[serde(with = "pod::octets")]
    pub tuning: Tuning,
    /// Whether the programs log rare diagnostics.
    pub is_verbose: bool,
    /// Whether time comes from the test clock (see [`super::test_run`]).
    pub is_test_run: bool,
    /// Connections that are followed at a time, where not the default.
    pub flow_capacity: Option<u32>,
    /// Prefixes that are tracked at a time, where not the default.
    pub prefix_capacity: Option<u32>,
    /// Destinations that are remembered, and places for others, where not the default.
    pub destination_places: Option<u32>,
}

impl Options {
    /// Room for young connections.
    pub(super) fn flows(&self) -> u32 {
        self.flow_capacity.unwrap_or(maps::FLOW_CAPACITY)
    }

    /// Room for prefixes.
    pub(super) fn prefixes(&self) -> u32 {
        self.prefix_capacity.unwrap_or(maps::PREFIX_CAPACITY)
    }

    /// Room for destinations.
    pub(super) fn destinations(&self) -> u32 {
        self.destination_places.unwrap_or(maps::DESTINATION_PLACES)
    }
}
