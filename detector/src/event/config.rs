//! What an event says of the configuration: that it was read again, and that a rule in it holds no more.

use ipnet::IpNet;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{kind::Kind, moment::serialize_millis};

/// What became of the configuration.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ConfigEvent {
    /// The time of an `ignore` rule is over.
    IgnoreExpired(Expired),
    /// It was read again.
    Reloaded {
        /// Keys that are other than before, and hold now.
        applied: Vec<String>,
        /// Keys that are other than at the start, and hold after a restart.
        waiting: Vec<String>,
    },
    /// It could not be read again: what held before still holds, all of it.
    Rejected {
        /// What is wrong, where, and the cure.
        reason: String,
    },
}

/// A rule whose time is over.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Expired {
    /// The prefix of the rule.
    #[schemars(with = "String")]
    pub prefix: IpNet,
    /// Its kind; absent where it was for any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Why it was made.
    pub reason: String,
    /// When it ended.
    #[serde(serialize_with = "serialize_millis")]
    pub until: Timestamp,
    /// How many alerts it kept out.
    pub ignored: u64,
}
