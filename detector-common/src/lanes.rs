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
        let difference = self.0 ^ tag.0.wrapping_mul(ONES);
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
