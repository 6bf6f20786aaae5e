//! One point in time on both clocks: the monotonic one that all spans are measured on, and the
//! wall clock that events show. A step of the wall clock changes no judgement.

use std::time::Duration;

use detector_common::time::Nanos;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

/// Now, as handed in by the caller.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Moment {
    /// Time since an arbitrary start that never steps.
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

/// [`Moment`] serializes as its wall time.
impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_millis(&self.wall, serializer)
    }
}

/// How a [`Moment`] is kept in a state file: both clocks as numbers.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Saved {
    monotonic_ms: u64,
    wall_ms: i64,
}

impl From<Moment> for Saved {
    fn from(moment: Moment) -> Self {
        Self {
            monotonic_ms: u64::try_from(moment.monotonic.as_millis()).unwrap_or(u64::MAX),
            wall_ms: moment.wall.as_millisecond(),
        }
    }
}

impl From<Saved> for Moment {
    fn from(saved: Saved) -> Self {
        let wall = Timestamp::from_millisecond(saved.wall_ms);
        Self {
            monotonic: Duration::from_millis(saved.monotonic_ms),
            wall: wall.unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }
}

/// Serde of a moment in a state file.
pub mod saved {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::{Moment, Saved};

    /// Writes both clocks.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(moment: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
        Saved::from(*moment).serialize(serializer)
    }

    /// Reads both clocks.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        Saved::deserialize(deserializer).map(Moment::from)
    }
}

/// Serde of a moment in a state file that may be missing.
pub mod optional {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::{Moment, Saved};

    /// Writes both clocks, if there is anything to write.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        moment: &Option<Moment>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        moment.map(Saved::from).serialize(serializer)
    }

    /// Reads both clocks, if they are there.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Moment>, D::Error> {
        Ok(Option::<Saved>::deserialize(deserializer)?.map(Moment::from))
    }
}
