//! What our own uplink does to every packet that comes in, and what that makes worthless.
//!
//! Must not know: single connections, or what a mark proves.

use crate::prefix::PrefixKey;

/// New destinations in a row, all with one TTL, that make TTLs worthless here.
const RUN: u32 = 50;

/// What is known of the uplink. One entry, whatever its key.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(C)]
pub struct Vantage {
    /// Prefix of the destination that answered last for the first time.
    pub latest: PrefixKey,
    /// How many such destinations in a row, neighbours of different prefixes, had one TTL.
    pub run: u32,
    /// That TTL.
    pub ttl: u8,
    /// Always zero; see [`Self::blur`].
    pub zero: u8,
    /// Always zeroes: a map compares padding too.
    pub zeroes: [u8; 2],
}

const _: () = assert!(size_of::<Vantage>() == 24, "a map value has no padding");

impl Vantage {
    /// Takes in the TTL of a destination that answered for the first time. A second one of the
    /// same prefix says nothing new: neighbours share their route.
    #[inline(always)]
    pub fn learn(&mut self, prefix: PrefixKey, ttl: u8) {
        if ttl != self.ttl {
            self.ttl = ttl;
            self.run = 1;
        } else if prefix != self.latest {
            self.run = self.run.saturating_add(1);
        }
        self.latest = prefix;
    }

    /// The same number, which is below 2^`bits`, as one that the verifier knows nothing of.
    ///
    /// It walks every path on which it knows another number to the end of the program. Added to
    /// what it cannot know to be zero, and masked, all paths become one.
    #[inline(always)]
    pub const fn blur(&self, number: u32, bits: u32) -> u32 {
        let mask = 1_u32.wrapping_shl(bits).wrapping_sub(1);
        number.wrapping_add(self.zero as u32) & mask
    }

    /// Whether TTLs say nothing of a sender, because something near us gives every packet the
    /// same (seen with a cloud's fabric, which made all 251).
    #[inline(always)]
    pub const fn levels_ttl(&self) -> bool {
        self.run >= RUN
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;

    fn prefix(index: u32) -> PrefixKey {
        PrefixKey(Address::from_v4_bits(index << 8))
    }

    fn after(answers: impl Iterator<Item = (u32, u8)>) -> Vantage {
        let mut vantage = Vantage::default();
        for (index, ttl) in answers {
            vantage.learn(prefix(index), ttl);
        }
        vantage
    }

    #[test]
    fn a_blurred_number_is_the_same_number() {
        for number in 0..16 {
            assert_eq!(Vantage::default().blur(number, 4), number);
        }
    }

    #[test]
    fn fifty_prefixes_with_one_ttl_make_ttls_worthless() {
        assert!(!after((1..=49).map(|index| (index, 251))).levels_ttl());
        assert!(after((1..=50).map(|index| (index, 251))).levels_ttl());
    }

    #[test]
    fn one_other_ttl_gives_them_their_worth_back() {
        let mut vantage = after((1..=60).map(|index| (index, 251)));
        vantage.learn(prefix(61), 52);
        assert!(!vantage.levels_ttl());
    }

    #[test]
    fn many_hosts_of_one_prefix_say_no_more_than_one() {
        assert!(!after((1..=500).map(|_host| (7, 251))).levels_ttl());
    }
}
