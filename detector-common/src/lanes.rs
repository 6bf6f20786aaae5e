//! Eight tags side by side in sixteen bytes, one for each way of a set: which way holds a key, and which one is free.
//!
//! Small, so that the question "is this connection young?" stays in the cache with any number of connections. Must
//! not know: keys, records, or who asks.

/// Ways of a set.
pub const WAYS: usize = 8;
/// Tags in one word.
const PER_WORD: usize = 4;
/// Words of a set.
pub const WORDS: usize = WAYS / PER_WORD;
/// Bits of a tag.
const BITS: usize = 16;
/// Set where a way's occupant is settled: nothing more is learnt from it.
const SETTLED: u64 = 0x8000;
/// No tag: somebody is moving in.
const BUSY: u64 = SETTLED;
const MASK: u64 = 0xffff;
const ONES: u64 = 0x0001_0001_0001_0001;
const LOWER: u64 = 0x7fff_7fff_7fff_7fff;
const UPPER: u64 = 0x8000_8000_8000_8000;

/// What stands for a key: fifteen bits of its hash. Whoever holds the same one may be another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(transparent)]
pub struct Tag(u64);

/// What a way holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// Nothing.
    Free,
    /// Somebody who is moving in.
    Busy,
    /// Somebody of this tag.
    Held(Tag),
    /// The same, of whom nothing more is to be learnt.
    Settled(Tag),
}

impl Tag {
    /// Of a hash, whose upper half tells the set.
    #[inline(always)]
    pub const fn of(hash: u64) -> Self {
        let bits = (hash >> BITS) & (SETTLED - 1);
        // Zero stands for a free way.
        Self(if bits == 0 { 1 } else { bits })
    }
}

impl Way {
    const fn bits(self) -> u64 {
        match self {
            Self::Free => 0,
            Self::Busy => BUSY,
            Self::Held(tag) => tag.0,
            Self::Settled(tag) => SETTLED | tag.0,
        }
    }
}

/// Four tags.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(transparent)]
pub struct Lanes(pub u64);

impl Lanes {
    /// Whether one of them is that tag, and not settled.
    #[inline(always)]
    pub const fn has(self, tag: Tag) -> bool {
        self.holds(tag.0)
    }

    /// Whether somebody is moving in.
    #[inline(always)]
    pub const fn is_busy(self) -> bool {
        self.holds(BUSY)
    }

    #[inline(always)]
    const fn holds(self, bits: u64) -> bool {
        let difference = self.0 ^ bits.wrapping_mul(ONES);
        // Zero where all sixteen bits are (Mycroft's test, without its borrow).
        let lower = (difference & LOWER).wrapping_add(LOWER);
        !(lower | difference | LOWER) & UPPER != 0
    }

    /// What a lane holds.
    #[inline(always)]
    pub const fn way(self, lane: usize) -> Way {
        let bits = (self.0 >> shift(lane)) & MASK;
        match bits {
            0 => Way::Free,
            BUSY => Way::Busy,
            tag if tag & SETTLED == 0 => Way::Held(Tag(tag)),
            settled => Way::Settled(Tag(settled ^ SETTLED)),
        }
    }

    /// The same with another way in a lane.
    #[inline(always)]
    #[must_use]
    pub const fn with(self, lane: usize, way: Way) -> Self {
        let others = self.0 & !(MASK << shift(lane));
        Self(others | (way.bits() << shift(lane)))
    }
}

#[inline(always)]
const fn shift(lane: usize) -> usize {
    (lane & (PER_WORD - 1)).wrapping_mul(BITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::cases;
    use proptest::prelude::*;

    fn way() -> impl Strategy<Value = Way> {
        let tag = any::<u64>().prop_map(Tag::of);
        prop_oneof![
            Just(Way::Free),
            Just(Way::Busy),
            tag.clone().prop_map(Way::Held),
            tag.prop_map(Way::Settled),
        ]
    }

    proptest! {
        #![proptest_config(cases(256))]

        #[test]
        fn a_lane_holds_what_was_put_there_and_the_others_what_they_held(
            before: u64,
            lane in 0..PER_WORD,
            way in way(),
        ) {
            let (before, after) = (Lanes(before), Lanes(before).with(lane, way));
            prop_assert_eq!(after.way(lane), way);
            for other in (0..PER_WORD).filter(|other| *other != lane) {
                prop_assert_eq!(after.way(other), before.way(other));
            }
        }

        #[test]
        fn a_tag_is_found_where_it_is_held_and_nowhere_else(
            ways in prop::array::uniform4(way()),
            hash: u64,
            place in 0..2 * PER_WORD,
        ) {
            let tag = Tag::of(hash);
            let put = |lanes: Lanes, (lane, way)| lanes.with(lane, way);
            let lanes = ways.into_iter().enumerate().fold(Lanes::default(), put);
            // In half of the cases it is there.
            let lanes = if place < PER_WORD { lanes.with(place, Way::Held(tag)) } else { lanes };
            let is_held = (0..PER_WORD).any(|lane| lanes.way(lane) == Way::Held(tag));
            prop_assert_eq!(lanes.has(tag), is_held);
            let is_busy = (0..PER_WORD).any(|lane| lanes.way(lane) == Way::Busy);
            prop_assert_eq!(lanes.is_busy(), is_busy);
        }
    }

    #[test]
    fn a_tag_is_never_taken_for_a_free_or_a_busy_way() {
        for hash in [0, 0x8000 << BITS, u64::MAX] {
            let lanes = Lanes::default().with(0, Way::Held(Tag::of(hash)));
            assert_eq!(lanes.way(0), Way::Held(Tag::of(hash)));
            assert!(lanes.has(Tag::of(hash)));
            assert!(!Lanes::default().has(Tag::of(hash)));
        }
    }
}
