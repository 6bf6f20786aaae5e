//! How long a destination is remembered to have answered.
//!
//! The kernel never forgets one by itself: evicting the oldest would let a scan wash the memory
//! out. So it is thinned from here, now and then.

use std::time::Duration;

use detector_common::{
    destination::{DestinationKey, DestinationState},
    maps::DESTINATION_CAPACITY,
    time::Nanos,
};

use crate::moment::Moment;

/// The memory's span.
const MEMORY: Nanos = Nanos::from_secs(7 * 24 * 3_600);
const EVERY: Duration = Duration::from_mins(10);
const CROWDED: usize = DESTINATION_CAPACITY as usize / 4 * 3;
const THINNED: usize = DESTINATION_CAPACITY as usize / 2;

/// When the memory was last thinned.
#[derive(Debug, Default)]
pub(super) struct Memory {
    thinned_at: Duration,
}

impl Memory {
    /// Whether it is time to thin; if so, the next time is later.
    pub(super) fn is_due(&mut self, now: Moment) -> bool {
        let is_due = now.monotonic.saturating_sub(self.thinned_at) >= EVERY;
        if is_due {
            self.thinned_at = now.monotonic;
        }
        is_due
    }
}

/// The destinations to forget: those not asked for in seven days, and where the memory is
/// crowded, the ones asked for the longest ago until it is half empty.
pub(super) fn outdated(
    mut known: Vec<(DestinationKey, DestinationState)>,
    now: Nanos,
) -> Vec<DestinationKey> {
    known.sort_unstable_by_key(|(_, state)| state.last_syn);
    let old = known.partition_point(|(_, state)| now.since(state.last_syn) > MEMORY);
    let surplus = if known.len() >= CROWDED {
        known.len() - THINNED
    } else {
        0
    };
    known
        .into_iter()
        .take(old.max(surplus))
        .map(|(key, _)| key)
        .collect()
}

#[cfg(test)]
mod tests {
    use detector_common::address::Address;

    use super::*;

    fn destination(number: u64) -> (DestinationKey, DestinationState) {
        let key = DestinationKey {
            address: Address {
                high: 0x2001_0db8_0000_0000,
                low: number,
            },
            port: 443,
            protocol: 6,
            zero: 0,
        };
        let state = DestinationState {
            last_syn: Nanos(number),
            ..DestinationState::default()
        };
        (key, state)
    }

    #[test]
    fn a_destination_not_asked_for_in_seven_days_is_forgotten() {
        let known = vec![destination(5), destination(MEMORY.0 + 5)];
        assert_eq!(outdated(known, Nanos(MEMORY.0 + 6)), [destination(5).0]);
    }

    #[test]
    fn a_crowded_memory_is_halved_from_its_oldest_end() {
        let known: Vec<_> = (0..CROWDED as u64).rev().map(destination).collect();
        let outdated = outdated(known, Nanos(0));
        assert_eq!(outdated.len(), CROWDED - THINNED);
        assert!(outdated.contains(&destination(0).0));
        assert!(!outdated.contains(&destination(THINNED as u64).0));
    }

    #[test]
    fn thinning_comes_round_every_ten_minutes() {
        let at = |seconds| Moment {
            monotonic: Duration::from_secs(seconds),
            wall: jiff::Timestamp::UNIX_EPOCH,
        };
        let mut memory = Memory::default();
        assert!(!memory.is_due(at(599)));
        assert!(memory.is_due(at(600)));
        assert!(!memory.is_due(at(601)));
    }
}
