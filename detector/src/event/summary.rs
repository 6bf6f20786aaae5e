//! What a replay tells at its end.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{moment::Moment, status::Counts};

/// A replay is over.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Summary {
    /// Packets read.
    pub packets: u64,
    /// Packets not followed, by reason.
    pub skipped: Counts,
    /// Connections of our side by verdict; every verdict is there.
    pub connections: BTreeMap<&'static str, u64>,
    /// Alerts that fired, by kind.
    pub alerts: BTreeMap<String, u64>,
    /// Alerts that `ignore` rules kept out.
    pub ignored: u64,
    /// Connections that were begun from outside.
    pub inbound: u64,
    /// Time of the earliest packet.
    pub first_ts: Option<Moment>,
    /// Time of the latest packet.
    pub last_ts: Option<Moment>,
    /// What could not be stored, by table.
    pub lost: Counts,
}
