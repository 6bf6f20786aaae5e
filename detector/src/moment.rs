//! One point in time on both clocks: the monotonic one that all spans are measured on, and the
//! wall clock that events show. A step of the wall clock changes no judgement.

use std::time::Duration;

use detector_common::time::Nanos;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

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
