//! An event as sinks take it over: its line, and what must be known without reading it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ulid::Ulid;

use crate::event::{Body, Event, alert::State};

/// What an event is about.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A range is blocked, still, or no longer.
    Alert,
    /// The daemon lives.
    Heartbeat,
    /// An interface is watched, or no longer.
    Interface,
    /// Something was configured, or holds no more.
    Config,
    /// Something could not be stored.
    Overflow,
    /// Anything else.
    #[serde(skip)]
    #[schemars(skip)]
    Other,
}

/// What is lost with an event, in ascending order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Rank {
    /// A later one says it again.
    Passing,
    /// An alert begins or ends.
    Turning,
}

/// One event.
#[derive(Debug)]
pub struct Message {
    /// Its identity, the same however often it is sent.
    pub id: Ulid,
    /// What it is about.
    pub topic: Topic,
    /// What is lost with it.
    pub rank: Rank,
    /// One JSON object, as stdout has it, without the end of the line.
    pub line: Box<str>,
}

impl Message {
    /// What `body` says at `ts`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn new(ts: &Timestamp, body: Body<'_>) -> serde_json::Result<Self> {
        let topic = match &body {
            Body::Alert(_) => Topic::Alert,
            Body::Heartbeat(_) => Topic::Heartbeat,
            Body::Interface(_) => Topic::Interface,
            Body::Config(_) => Topic::Config,
            Body::Overflow(_) => Topic::Overflow,
            Body::Flow(_) | Body::Summary(_) => Topic::Other,
        };
        let rank = match &body {
            Body::Alert(alert) if alert.state != State::Update => Rank::Turning,
            _ => Rank::Passing,
        };
        Ok(Self {
            id: Ulid::from_datetime((*ts).into()),
            topic,
            rank,
            line: serde_json::to_string(&Event::new(ts, body))?.into(),
        })
    }

    /// The alert that `event` tells of.
    pub fn of_alert(event: &Value) -> Self {
        Self {
            id: Ulid::generate(),
            topic: Topic::Alert,
            rank: match event["state"].as_str() {
                Some("firing" | "resolved") => Rank::Turning,
                _ => Rank::Passing,
            },
            line: event.to_string().into(),
        }
    }

    /// What it says.
    pub fn event(&self) -> Value {
        serde_json::from_str(&self.line).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Overflow;

    #[test]
    fn the_line_is_what_stdout_has() {
        let overflow = Overflow {
            map: "prefix",
            lost: 3,
        };
        let message = Message::new(&Timestamp::UNIX_EPOCH, Body::Overflow(&overflow)).unwrap();
        assert_eq!(
            &*message.line,
            r#"{"schema":"detector/1","event":"overflow","ts":"1970-01-01T00:00:00.000Z","map":"prefix","lost":3}"#
        );
        assert_eq!(
            (message.topic, message.rank),
            (Topic::Overflow, Rank::Passing)
        );
        assert_eq!(message.event()["lost"], 3);
    }

    #[test]
    fn only_the_beginning_and_the_end_of_an_alert_turn_something() {
        for (state, rank) in [
            ("firing", Rank::Turning),
            ("update", Rank::Passing),
            ("resolved", Rank::Turning),
        ] {
            let message = Message::of_alert(&serde_json::json!({"state": state}));
            assert_eq!(message.rank, rank, "{state}");
        }
    }
}
