//! One point in time on both clocks: the monotonic one that all spans are measured on, and the
//! wall clock that events show. A step of the wall clock changes no judgement.

use std::{borrow::Cow, time::Duration};

use detector_common::time::Nanos;
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer};

/// Now, as handed in by the caller.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Moment {
    /// Time that never steps, since an arbitrary start. The daemon's is 1970, by the wall clock as it
    /// stood when the daemon began: what was saved before a restart stays comparable.
    pub monotonic: Duration,
    /// What the wall clock shows.
    pub wall: Timestamp,
}

impl Moment {
    /// The moment that a capture stamps a packet with, on both clocks.
    pub fn of_capture(at: Nanos) -> Self {
        let wall = Timestamp::from_nanosecond(at.0.into());
        Self {
            monotonic: Duration::from_nanos(at.0),
            // 64 bits of nanoseconds end in 2554, long before the last timestamp.
            wall: wall.unwrap_or(Timestamp::MAX),
        }
    }

    /// Whether it came later than `other`.
    pub fn is_after(&self, other: &Self) -> bool {
        self.monotonic > other.monotonic
    }

    /// So much before this one, on both clocks; at the beginning of time at the earliest.
    #[must_use]
    pub fn earlier(&self, span: Duration) -> Self {
        Self {
            monotonic: self.monotonic.saturating_sub(span),
            wall: self.wall.saturating_sub(span).unwrap_or(Timestamp::MIN),
        }
    }

    /// Whether what comes once in a while, and was `last` then, comes again; the first comes at once.
    pub fn is_due(&self, last: Option<Duration>, once_in: Duration) -> bool {
        last.is_none_or(|last| self.monotonic.saturating_sub(last) >= once_in)
    }

    /// The span since `earlier`.
    #[must_use]
    pub const fn since(&self, earlier: &Self) -> Duration {
        self.monotonic.saturating_sub(earlier.monotonic)
    }
}

/// Serializes as RFC 3339 in UTC with milliseconds, the form of `ts` in every event.
///
/// # Errors
/// Those of the serializer.
pub fn serialize_millis<S: Serializer>(wall: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{wall:.3}"))
}

/// As its wall time.
impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        Timestamp::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Timestamp::json_schema(generator)
    }
}

/// [`Moment`] serializes as its wall time.
impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_millis(&self.wall, serializer)
    }
}

/// A [`Moment`] as a state file keeps it: both clocks, as numbers, to the nanosecond.
///
/// After the wall clock was set back between two runs, what was saved lies ahead of now: spans since then
/// are zero until now has come up.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Row", into = "Row")]
pub struct SavedMoment(pub Moment);

/// The monotonic clock in nanoseconds, the wall clock in seconds and nanoseconds.
type Row = (u64, i64, i32);

impl From<SavedMoment> for Row {
    fn from(SavedMoment(moment): SavedMoment) -> Self {
        let monotonic = u64::try_from(moment.monotonic.as_nanos()).unwrap_or(u64::MAX);
        let wall = moment.wall;
        (monotonic, wall.as_second(), wall.subsec_nanosecond())
    }
}

impl TryFrom<Row> for SavedMoment {
    type Error = jiff::Error;

    fn try_from((monotonic, second, nanosecond): Row) -> Result<Self, jiff::Error> {
        Ok(Self(Moment {
            monotonic: Duration::from_nanos(monotonic),
            wall: Timestamp::new(second, nanosecond)?,
        }))
    }
}

/// Serde of a moment in a state file.
pub mod saved {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::{Moment, SavedMoment};

    /// Writes both clocks.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(moment: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
        SavedMoment(*moment).serialize(serializer)
    }

    /// Reads both clocks.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        SavedMoment::deserialize(deserializer).map(|SavedMoment(moment)| moment)
    }
}

/// Serde of a moment in a state file that may be missing.
pub mod optional {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::{Moment, SavedMoment};

    /// Writes both clocks, if there is anything to write.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        moment: &Option<Moment>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        moment.map(SavedMoment).serialize(serializer)
    }

    /// Reads both clocks, if they are there.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Moment>, D::Error> {
        let saved = Option::<SavedMoment>::deserialize(deserializer)?;
        Ok(saved.map(|SavedMoment(moment)| moment))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_saved_moment_comes_back_to_the_nanosecond(monotonic: u64, wall in -1_i64 << 60..1 << 60) {
            let moment = Moment {
                monotonic: Duration::from_nanos(monotonic),
                wall: Timestamp::from_nanosecond(wall.into()).unwrap(),
            };
            let text = serde_json::to_string(&SavedMoment(moment)).unwrap();
            let SavedMoment(again) = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(again, moment);
        }

        #[test]
        fn what_is_no_moment_is_refused_and_never_a_panic(row: Row) {
            let text = serde_json::to_string(&row).unwrap();
            let saved: Result<SavedMoment, _> = serde_json::from_str(&text);
            prop_assert_eq!(saved.is_ok(), Timestamp::new(row.1, row.2).is_ok());
        }

        #[test]
        fn a_moment_that_lies_ahead_is_no_time_ago(ahead: u64) {
            let now = Moment::of_capture(Nanos(0));
            prop_assert_eq!(now.since(&Moment::of_capture(Nanos(ahead))), Duration::ZERO);
        }
    }
}
