//! What an event says of the configuration: that a rule in it holds no more.

use ipnet::IpNet;
use jiff::Timestamp;
use serde::Serialize;

use crate::{kind::Kind, moment::serialize_millis};

/// What happened.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The time of an `ignore` rule is over.
    IgnoreExpired,
}

/// Something that was configured changed by itself.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ConfigEvent {
    /// What happened.
    pub state: State,
    /// The prefix of the rule.
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
