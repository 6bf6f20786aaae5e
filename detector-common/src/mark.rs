//! The marks: names of what speaks for a third party, and sets of them.
//!
//! Must not know: how a mark is found, or what it proves.

use crate::vantage::Vantage;

/// One thing that the destination's own packets would not show.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Mark {
    /// The peer went on talking after "its" reset.
    Contradiction,
    /// The SYN was answered by a reset, and then by a SYN-ACK.
    SynAckAfterReset,
    /// It acknowledges bytes first sent less than half the smallest round trip ago.
    TooSoon,
    /// Its TTL is not that of the destination's SYN-ACKs.
    ForeignTtl,
    /// Its DF bit is not that of the destination's SYN-ACKs.
    ForeignDf,
    /// A reset that announces a receive window, which a closed socket has not.
    Window,
    /// Its IP-ID is far from those of the server's packets.
    IpIdJump,
    /// Sequence or acknowledgement numbers that no host would choose.
    SequencePlay,
    /// IP-ID and window are those of the packet that it answers.
    Echo,
    /// Three resets alike.
    TripleReset,
}

impl Mark {
    /// Number of marks, and so of counters.
    pub const COUNT: usize = Self::ALL.len();

    /// Every mark, in the order of its counter.
    pub const ALL: [Self; 10] = [
        Self::Contradiction,
        Self::SynAckAfterReset,
        Self::TooSoon,
        Self::ForeignTtl,
        Self::ForeignDf,
        Self::Window,
        Self::IpIdJump,
        Self::SequencePlay,
        Self::Echo,
        Self::TripleReset,
    ];

    /// Position of its counter.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name used in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contradiction => "contradiction",
            Self::SynAckAfterReset => "syn_ack_after_reset",
            Self::TooSoon => "too_soon",
            Self::ForeignTtl => "foreign_ttl",
            Self::ForeignDf => "foreign_df",
            Self::Window => "window",
            Self::IpIdJump => "ip_id_jump",
            Self::SequencePlay => "sequence_play",
            Self::Echo => "echo",
            Self::TripleReset => "triple_reset",
        }
    }

    const fn bit(self) -> u16 {
        1_u16.wrapping_shl(self as u32)
    }
}

/// A set of marks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(transparent)]
pub struct Marks(pub u16);

impl Marks {
    /// This one alone where `shows`, else none.
    #[inline(always)]
    pub const fn when(mark: Mark, shows: bool) -> Self {
        if shows { Self(mark.bit()) } else { Self(0) }
    }

    /// The same set, blurred.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "masked to fewer bits")]
    pub const fn blur(self, vantage: &Vantage) -> Self {
        Self(vantage.blur(self.0 as u32, Mark::COUNT as u32) as u16)
    }

    /// Both sets.
    #[inline(always)]
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What `other` does not hold.
    #[inline(always)]
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it holds a mark.
    #[inline(always)]
    pub const fn has(self, mark: Mark) -> bool {
        self.0 & mark.bit() != 0
    }

    /// Whether it holds none.
    #[inline(always)]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The marks it holds, in the order of their counters.
    pub fn iter(self) -> impl Iterator<Item = Mark> {
        Mark::ALL.into_iter().filter(move |mark| self.has(*mark))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, vec::Vec};

    #[test]
    fn every_mark_stands_where_it_is_counted() {
        for (index, mark) in Mark::ALL.into_iter().enumerate() {
            assert_eq!(mark.index(), index, "{mark:?}");
        }
        assert_eq!(Mark::TripleReset.index() + 1, Mark::COUNT);
    }

    #[test]
    fn every_mark_has_a_name_of_its_own() {
        let names: BTreeSet<_> = Mark::ALL.into_iter().map(Mark::name).collect();
        assert_eq!(names.len(), Mark::COUNT);
    }

    #[test]
    fn a_set_holds_what_was_put_into_it() {
        for mark in Mark::ALL {
            assert!(Marks::when(mark, false).is_empty());
            let set = Marks::when(mark, true).and(Marks::when(Mark::Echo, true));
            assert!(set.has(mark) && set.has(Mark::Echo));
            let rest = set.without(Marks::when(mark, true));
            assert!(!rest.has(mark));
        }
        let all = Mark::ALL.into_iter().fold(Marks::default(), |set, mark| {
            set.and(Marks::when(mark, true))
        });
        assert_eq!(all.iter().collect::<Vec<_>>(), Mark::ALL);
    }
}
