//! The forms that events take on their way out: pure functions of what an event says.
//!
//! Keys of a form are only ever added, and keep their types. Must not know: where a line goes.

mod ecs;
mod eve;
mod ocsf;
mod severity;
mod shorten;
#[cfg(test)]
mod tests;
mod words;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use self::{
    severity::Severity,
    words::{claim, summary},
};
use super::Message;

/// The form of an event.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// The detector's own, as on stdout.
    #[default]
    Native,
    /// Elastic Common Schema.
    Ecs,
    /// Open Cybersecurity Schema Framework: a detection finding for each alert.
    Ocsf,
    /// Like the events of Suricata.
    Eve,
}

impl Format {
    /// The line of `message`, shortened where it would be longer than `most` bytes.
    pub(super) fn line(self, message: &Message, most: usize) -> String {
        if self == Self::Native && message.line.len() <= most {
            return message.line.to_string();
        }
        let mut event = message.event();
        loop {
            let line = self.of(&event).to_string();
            if line.len() <= most || !shorten::by_half(&mut event) {
                return line;
            }
        }
    }

    fn of(self, event: &Value) -> Value {
        match self {
            Self::Native => event.clone(),
            Self::Ecs => ecs::of(event),
            Self::Ocsf => ocsf::of(event),
            Self::Eve => eve::of(event),
        }
    }
}

/// The moment that `event` names under `key`.
fn time(event: &Value, key: &str) -> Option<jiff::Timestamp> {
    event[key].as_str()?.parse().ok()
}
