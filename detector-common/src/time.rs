//! Time as the engine sees it: nanoseconds of some monotonic clock, handed in by the caller.

/// Nanoseconds since an arbitrary start: `bpf_ktime_get_ns` in the kernel, the capture's own
/// clock in a replay.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
#[repr(transparent)]
pub struct Nanos(pub u64);

impl Nanos {
    /// A span of whole milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// A span of whole seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self::from_millis(secs.saturating_mul(1_000))
    }

    /// The span since `earlier`; zero where the two CPUs' clocks disagree about the order.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    /// Whole microseconds, saturating at about 71 minutes.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "larger values are saturated before the cast"
    )]
    pub const fn as_micros_u32(self) -> u32 {
        let micros = self.0 / 1_000;
        if micros > u32::MAX as u64 {
            u32::MAX
        } else {
            micros as u32
        }
    }
}

/// A time since the same start in 67 ms (2^26 ns), for what is remembered for minutes: half the room, for nine years.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
#[repr(transparent)]
pub struct Ticks(pub u32);

impl Ticks {
    const SHIFT: u32 = 26;

    /// The tick that a time lies in.
    #[expect(clippy::cast_possible_truncation, reason = "enough for nine years")]
    pub const fn of(at: Nanos) -> Self {
        Self((at.0 >> Self::SHIFT) as u32)
    }

    /// When it began.
    pub const fn nanos(self) -> Nanos {
        Nanos((self.0 as u64) << Self::SHIFT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_would_be_negative_is_none() {
        assert_eq!(Nanos(7).since(Nanos(5)), Nanos(2));
        assert_eq!(Nanos(5).since(Nanos(7)), Nanos(0));
        assert_eq!(Nanos(0).since(Nanos(u64::MAX)), Nanos(0));
    }

    #[test]
    fn microseconds_are_rounded_down_and_saturate() {
        assert_eq!(Nanos(1_999).as_micros_u32(), 1);
        let last = u64::from(u32::MAX) * 1_000;
        assert_eq!(Nanos(last + 999).as_micros_u32(), u32::MAX);
        assert_eq!(Nanos(last + 1_000).as_micros_u32(), u32::MAX);
        assert_eq!(Nanos(u64::MAX).as_micros_u32(), u32::MAX);
    }

    #[test]
    fn a_tick_begins_at_most_67_ms_before_what_lies_in_it() {
        for at in [0, 1, 67_108_863, 67_108_864, 9 * 31_536_000_000_000_000] {
            let late = Nanos(at).since(Ticks::of(Nanos(at)).nanos());
            assert!(late < Nanos(1 << 26), "{at}: {late:?}");
        }
    }

    #[test]
    fn an_absurd_span_saturates() {
        assert_eq!(Nanos::from_secs(2), Nanos::from_millis(2_000));
        assert_eq!(Nanos::from_secs(u64::MAX), Nanos(u64::MAX));
    }
}
