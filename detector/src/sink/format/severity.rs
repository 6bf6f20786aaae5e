//! How much an event matters, by the numbers of syslog.

use serde_json::Value;

/// From what must be looked at to what is there for the record.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::sink) enum Severity {
    /// A block that is certain.
    Error,
    /// A block that may be one, or something that does not work.
    Warning,
    /// Something ended or changed.
    Notice,
    /// A sign of life.
    Info,
}

impl Severity {
    /// How much `event` matters.
    pub(in crate::sink) fn of(event: &Value) -> Self {
        let word = |key: &str| event[key].as_str().unwrap_or_default();
        match (word("event"), word("state"), word("grade")) {
            ("alert", "firing" | "update", "confirmed") => Self::Error,
            ("alert", "firing" | "update", _) | ("overflow", ..) | ("config", "rejected", _) => {
                Self::Warning
            }
            ("heartbeat", ..) => Self::Info,
            _ => Self::Notice,
        }
    }

    /// Its number in RFC 5424.
    pub(in crate::sink) const fn syslog(self) -> u8 {
        match self {
            Self::Error => 3,
            Self::Warning => 4,
            Self::Notice => 5,
            Self::Info => 6,
        }
    }
}
