//! How the object is loaded: what the programs are told, and how much room the maps have.

use detector_common::tuning::Tuning;
use serde::{Deserialize, Serialize};

use super::pod;
use crate::sizes::Sizes;

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
    /// How much there is room for.
    pub sizes: Sizes,
    /// Connections that the flow counter has room for which the programs are measured against.
    pub counted_flows: Option<u32>,
}
