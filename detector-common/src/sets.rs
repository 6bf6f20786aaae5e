//! Set-associative tables: a key has one set where it may be, and in there one of eight ways.
//!
//! Owns where a key belongs, what a record is and who gives way. Must not know: where the records lie, or who else
//! writes them.

use crate::{
    destination::{DestinationKey, DestinationState},
    flow::{FlowKey, FlowState},
    lanes::{self, Lanes, WAYS, Way},
    maps::Loss,
    prefix::{PrefixKey, PrefixNumber},
    time::Nanos,
};

/// The tags of one set.
pub type Set = [Lanes; lanes::WORDS];

/// What lies in a way.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(C)]
pub struct Record<K, V> {
    /// The whole key: a tag alone accuses nobody.
    pub key: K,
    /// What is known.
    pub value: V,
}

/// One connection.
pub type FlowRecord = Record<FlowKey, FlowState>;
/// One destination.
pub type DestinationRecord = Record<DestinationKey, DestinationState>;
/// The number of one prefix.
pub type NumberRecord = Record<PrefixKey, PrefixNumber>;

const _: () = assert!(
    size_of::<FlowRecord>() == 128
        && size_of::<DestinationRecord>() == 64
        && size_of::<NumberRecord>() == 24,
    "whole lines of a cache, and no padding"
);

/// What may have to give way to another.
pub trait Occupant {
    /// What it is worth: whoever is worth the least gives way; `None` never does. Of two alike it is the time at which
    /// they were last heard of.
    fn worth(&self) -> Option<Nanos>;

    /// What is lost where it gives way to `other`.
    fn loss_to(&self, other: &Self) -> Option<Loss>;
}

/// As long as an answer to a SYN may be under way: nearly all round trips are shorter.
const UNDER_WAY: Nanos = Nanos::from_millis(500);
/// After so long without a packet there is little left to learn from a connection.
const ABANDONED: Nanos = Nanos::from_secs(120);

impl Occupant for FlowState {
    /// Whoever asks a destination that never answered counts as heard of half as lately: a scan, however fast, takes
    /// no place of a connection that something may come of, and washes through itself.
    #[inline(always)]
    fn worth(&self) -> Option<Nanos> {
        let spoke_at = self.spoke_at();
        Some(Nanos(spoke_at.0 >> u8::from(self.is_to_a_stranger())))
    }

    #[inline(always)]
    fn loss_to(&self, other: &Self) -> Option<Loss> {
        let idle = other.syn_at.since(self.spoke_at());
        if self.is_to_a_stranger() {
            (idle < ABANDONED).then_some(Loss::Stranger)
        } else if other.syn_at.since(self.syn_at) < UNDER_WAY {
            Some(Loss::Unanswered)
        } else if idle < ABANDONED {
            Some(Loss::Flow)
        } else {
            None
        }
    }
}

impl Occupant for DestinationState {
    #[inline(always)]
    fn worth(&self) -> Option<Nanos> {
        (!self.has_answered()).then_some(self.last_syn)
    }

    /// What never answered weighs nothing.
    #[inline(always)]
    fn loss_to(&self, _other: &Self) -> Option<Loss> {
        None
    }
}

/// The set that a hash leads to, of so many.
#[inline(always)]
pub const fn set_of(hash: u64, sets: u32) -> u32 {
    ((hash >> 32).wrapping_mul(sets as u64) >> 32) as u32
}

/// The number of a way among those of all sets.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "there are eight ways")]
pub const fn record_of(set: u32, way: usize) -> u32 {
    set.wrapping_mul(WAYS as u32).wrapping_add(way as u32)
}

/// Sets that hold at least so many records.
#[expect(clippy::cast_possible_truncation, reason = "there are eight ways")]
pub const fn sets_for(capacity: u32) -> u32 {
    capacity.div_ceil(WAYS as u32)
}

/// What a way holds. One of two words and no index: the verifier mistrusts a pointer plus a variable.
#[inline(always)]
pub const fn way(set: &Set, way: usize) -> Way {
    let [first, second] = *set;
    let lanes = if way < WAYS / lanes::WORDS {
        first
    } else {
        second
    };
    lanes.way(way)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::HEARD_BEFORE;
    use std::vec::Vec;

    /// To a destination that answered before.
    fn connection(syn_at: Nanos) -> FlowState {
        FlowState {
            syn_at,
            heard_at: HEARD_BEFORE,
            ..FlowState::default()
        }
    }

    fn to_a_stranger(syn_at: Nanos) -> FlowState {
        FlowState {
            heard_at: Nanos::default(),
            ..connection(syn_at)
        }
    }

    #[test]
    fn a_connection_is_worth_as_much_as_it_was_heard_of_lately() {
        let mut flow = connection(Nanos::from_secs(5));
        assert_eq!(flow.worth(), Some(Nanos::from_secs(5)));
        flow.sent_us = 2_000_000;
        assert_eq!(flow.worth(), Some(Nanos::from_secs(7)));
        flow.heard_at = Nanos::from_secs(8);
        assert_eq!(flow.worth(), Some(Nanos::from_secs(8)));
        flow.resent_us = 4_000_000;
        assert_eq!(flow.worth(), Some(Nanos::from_secs(9)));
    }

    #[test]
    fn whoever_asks_a_stranger_gives_way_to_whoever_does_not_and_the_oldest_of_them_first() {
        let strangers = [1_000, 1_001, 2_000].map(|secs| to_a_stranger(Nanos::from_secs(secs)));
        assert!(strangers.is_sorted_by(|one, other| one.worth() < other.worth()));
        assert!(strangers[2].worth() < connection(Nanos::from_secs(1_500)).worth());
    }

    #[test]
    fn what_is_lost_with_a_question_to_a_stranger_is_counted_apart() {
        let stranger = to_a_stranger(Nanos::from_secs(5));
        let lost_after = |ms: u64| stranger.loss_to(&connection(Nanos::from_millis(5_000 + ms)));
        assert_eq!(lost_after(0), Some(Loss::Stranger));
        assert_eq!(lost_after(119_999), Some(Loss::Stranger));
        assert_eq!(lost_after(120_000), None);
    }

    #[test]
    fn what_is_lost_with_a_connection_depends_on_how_long_it_has_been_silent() {
        let flow = connection(Nanos::from_secs(5));
        let lost_after = |ms: u64| flow.loss_to(&connection(Nanos::from_millis(5_000 + ms)));
        assert_eq!(lost_after(0), Some(Loss::Unanswered));
        assert_eq!(lost_after(499), Some(Loss::Unanswered));
        assert_eq!(lost_after(500), Some(Loss::Flow));
        assert_eq!(lost_after(119_999), Some(Loss::Flow));
        assert_eq!(lost_after(120_000), None);
    }

    #[test]
    fn a_destination_gives_way_until_it_answers() {
        let mut destination = DestinationState {
            last_syn: Nanos(7),
            ..DestinationState::default()
        };
        assert_eq!(destination.worth(), Some(Nanos(7)));
        assert_eq!(destination.loss_to(&DestinationState::default()), None);
        destination.answered = 1;
        assert_eq!(destination.worth(), None);
    }

    #[test]
    fn every_hash_leads_to_a_set_and_every_set_is_led_to() {
        let sets = sets_for(100);
        assert_eq!(sets, 13);
        let step = u64::MAX / 1_000;
        let mut led: Vec<u32> = (0..=1_000).map(|n| set_of(n * step, sets)).collect();
        led.dedup();
        assert!(led.into_iter().eq(0..sets));
    }
}
