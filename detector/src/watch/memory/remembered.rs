//! One destination as a state file keeps it: what survives a restart, in few bytes.
//!
//! In the file times are seconds of the wall clock, in the map nanoseconds since the machine began
//! to run. Runs of silence, trials and poison do not survive: a restart takes longer than they matter.

use std::net::IpAddr;

use detector_common::{
    address::Address,
    destination::{DestinationKey, DestinationState},
    time::Nanos,
};
use serde::{Deserialize, Serialize};

use crate::{event::flow::ip, moment::Moment};

/// A destination that answered once.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(from = "Row", into = "Row")]
pub struct Remembered {
    /// Its address, port and protocol.
    pub key: DestinationKey,
    /// When it was last asked, in seconds since 1970 of the wall clock.
    pub asked_s: i64,
    /// As in [`DestinationState`].
    pub min_rtt_us: u32,
    /// TTL of its latest SYN-ACK.
    pub ttl: u8,
    /// Whether that had the DF bit.
    pub dont_fragment: bool,
}

/// Address, port, protocol, asked, smallest round trip, TTL, DF.
type Row = (IpAddr, u16, u16, i64, u32, u8, u8);

impl Remembered {
    /// What is to be kept of `state`, whose times are of the kernel's `clock`.
    pub(super) fn of(
        key: DestinationKey,
        state: &DestinationState,
        now: Moment,
        clock: Nanos,
    ) -> Self {
        let age = clock.since(asked(state));
        Self {
            key,
            asked_s: now.wall.as_second().saturating_sub(seconds(age)),
            min_rtt_us: state.min_rtt_us,
            ttl: state.ttl,
            dont_fragment: state.dont_fragment != 0,
        }
    }

    /// The memory to give to the kernel. What was last asked before the machine began to run, or at
    /// a time that is still to come, has no time there: the first is [`NEVER`], the second is now.
    pub(super) fn state(&self, now: Moment, clock: Nanos) -> DestinationState {
        let age = Nanos::from_secs(u64::try_from(self.age_s(now)).unwrap_or(0));
        DestinationState {
            last_syn: clock.since(age),
            min_rtt_us: self.min_rtt_us,
            ttl: self.ttl,
            answered: 1,
            dont_fragment: self.dont_fragment.into(),
            ..DestinationState::default()
        }
    }

    /// How long ago it was asked, in seconds.
    pub(super) fn age_s(&self, now: Moment) -> i64 {
        now.wall.as_second().saturating_sub(self.asked_s)
    }
}

/// The time of a destination that was not asked since the machine began to run. The kernel gives
/// it to none: no program runs at that time.
pub(super) const NEVER: Nanos = Nanos(0);

/// When a destination was last asked. No run of SYNs is kept for QUIC, but its trials are.
pub(super) fn asked(state: &DestinationState) -> Nanos {
    state.last_syn.max(state.ok_at.max(state.failed_at).nanos())
}

fn seconds(span: Nanos) -> i64 {
    i64::try_from(span.0 / 1_000_000_000).unwrap_or(i64::MAX)
}

impl From<Row> for Remembered {
    fn from((address, port, protocol, asked_s, min_rtt_us, ttl, dont_fragment): Row) -> Self {
        let address = match address {
            IpAddr::V4(address) => Address::v4(address.octets()),
            IpAddr::V6(address) => Address::v6(address.octets()),
        };
        let key = DestinationKey {
            address,
            port,
            protocol,
            zero: 0,
        };
        Self {
            key,
            asked_s,
            min_rtt_us,
            ttl,
            dont_fragment: dont_fragment != 0,
        }
    }
}

impl From<Remembered> for Row {
    fn from(it: Remembered) -> Self {
        let key = it.key;
        (
            ip(&key.address),
            key.port,
            key.protocol,
            it.asked_s,
            it.min_rtt_us,
            it.ttl,
            it.dont_fragment.into(),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use detector_common::time::Ticks;
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn at(wall_s: i64) -> Moment {
        Moment {
            monotonic: Duration::ZERO,
            wall: Timestamp::from_second(wall_s).unwrap(),
        }
    }

    prop_compose! {
        fn remembered()(
            octets: [u8; 16],
            is_v4: bool,
            port: u16,
            protocol in prop_oneof![Just(6), Just(17)],
            asked_s in 0..4_000_000_000_i64,
            min_rtt_us: u32,
            ttl: u8,
            dont_fragment: bool,
        ) -> Remembered {
            let [a, b, c, d, ..] = octets;
            let address = if is_v4 { Address::v4([a, b, c, d]) } else { Address::v6(octets) };
            let key = DestinationKey { address, port, protocol, zero: 0 };
            Remembered { key, asked_s, min_rtt_us, ttl, dont_fragment }
        }
    }

    proptest! {
        #[test]
        fn a_file_tells_what_was_written(known: Vec<Remembered>) {
            let text = serde_json::to_string(&known).unwrap();
            prop_assert_eq!(serde_json::from_str::<Vec<Remembered>>(&text).unwrap(), known);
        }

        #[test]
        fn a_destination_of_this_boot_comes_back_from_the_map_as_it_was(
            known in remembered(),
            age_s in 0..1_000_000_u64,
            uptime_s in 1_000_001..10_000_000_u64,
        ) {
            let now = at(known.asked_s + i64::try_from(age_s).unwrap());
            let clock = Nanos::from_secs(uptime_s);
            let state = known.state(now, clock);
            prop_assert!(state.has_answered() && state.silent_syns == 0);
            prop_assert_eq!(Remembered::of(known.key, &state, now, clock), known);
        }

        #[test]
        fn no_clock_makes_it_stumble(known in remembered(), wall_s in -1_000_000..9_000_000_000_i64, clock: u64) {
            let (now, clock) = (at(wall_s), Nanos(clock));
            let state = known.state(now, clock);
            prop_assert!(state.last_syn <= clock);
            prop_assert!(Remembered::of(known.key, &state, now, clock).asked_s <= wall_s);
        }
    }

    impl Arbitrary for Remembered {
        type Parameters = ();
        type Strategy = BoxedStrategy<Self>;

        fn arbitrary_with((): ()) -> Self::Strategy {
            remembered().boxed()
        }
    }

    #[test]
    fn a_row_is_short_and_plain() {
        let row = r#"["203.0.113.7",443,6,1795632349,12345,57,1]"#;
        let known: Remembered = serde_json::from_str(row).unwrap();
        assert_eq!(serde_json::to_string(&known).unwrap(), row);
        assert_eq!(known.key.address, Address::v4([203, 0, 113, 7]));
    }

    #[test]
    fn what_was_asked_before_the_machine_began_has_no_time_and_the_future_is_now() {
        let known: Remembered =
            serde_json::from_str(r#"["2001:db8::1",443,6,1000,1,1,1]"#).unwrap();
        let clock = Nanos::from_secs(60);
        assert_eq!(known.state(at(1_060), clock).last_syn, NEVER);
        assert_eq!(known.state(at(1_059), clock).last_syn, Nanos::from_secs(1));
        assert_eq!(known.state(at(900), clock).last_syn, clock);
    }

    #[test]
    fn a_trial_counts_as_asked() {
        let state = DestinationState {
            ok_at: Ticks(7),
            ..DestinationState::default()
        };
        assert_eq!(asked(&state), Ticks(7).nanos());
    }
}
