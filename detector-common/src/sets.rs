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
    /// When it was last heard of; `None` where it never gives way.
    fn last_heard(&self) -> Option<Nanos>;

    /// What is lost where it gives way to `other`.
    fn loss_to(&self, other: &Self) -> Option<Loss>;
}

/// As long as an answer to a SYN may be under way: nearly all round trips are shorter.
const UNDER_WAY: Nanos = Nanos::from_millis(500);

impl Occupant for FlowState {
    #[inline(always)]
    fn last_heard(&self) -> Option<Nanos> {
        let sent = self.sent_at().max(self.resent_at());
        Some(sent.max(self.heard_at))
    }

    #[inline(always)]
    fn loss_to(&self, other: &Self) -> Option<Loss> {
        let is_fresh = other.syn_at.since(self.syn_at) < UNDER_WAY;
        Some(if is_fresh {
            Loss::Unanswered
        } else {
            Loss::Flow
        })
    }
}

impl Occupant for DestinationState {
    #[inline(always)]
    fn last_heard(&self) -> Option<Nanos> {
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

/// What a way holds.
#[inline(always)]
pub fn way(set: &Set, way: usize) -> Way {
    set.get(way / (WAYS / lanes::WORDS))
        .map_or(Way::Busy, |lanes| lanes.way(way))
}
