//! A seeded hash of keys: whoever does not know the seeds cannot choose keys that collide.
//!
//! Multilinear hashing: each 32 bits of the key times a 64-bit seed of its own, summed up. Its upper 32 bits are
//! strongly universal (Lemire and Kaser, "Strongly universal string hashing is fast", 2014), at one multiplication
//! for each word and without a call, which the kernel's own hash would be. That is a promise about pairs; keys in a row,
//! as the networks of a hoster are, stay in a row, and by one seed in a hundred crowd into a few sets. A last step breaks
//! the row up.

use crate::{destination::DestinationKey, flow::FlowKey, prefix::PrefixKey};

/// Most 64-bit words of a key.
const WORDS: usize = 5;
/// Seeds: one to begin with, and one for each half of a word.
pub const SEEDS: usize = 1 + 2 * WORDS;

/// What the hash depends on; secret, and new with each load.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(transparent)]
pub struct Seeds(pub [u64; SEEDS]);

/// Where seeds come from: one by one, since the kernel's programs have no room for all at once.
pub trait Seed {
    /// The one at `index`, below [`SEEDS`].
    fn seed(&self, index: usize) -> u64;
}

impl Seed for Seeds {
    fn seed(&self, index: usize) -> u64 {
        self.0.get(index).copied().unwrap_or(0)
    }
}

/// Of the words of a key, at most five.
#[inline(always)]
fn multilinear<const N: usize>(seeds: &impl Seed, words: [u64; N]) -> u64 {
    let mut sum = seeds.seed(0);
    for (index, word) in words.into_iter().enumerate() {
        let at = index.wrapping_mul(2);
        let upper = seeds.seed(at.wrapping_add(1)).wrapping_mul(word >> 32);
        let lower = seeds
            .seed(at.wrapping_add(2))
            .wrapping_mul(word & 0xffff_ffff);
        sum = sum.wrapping_add(upper).wrapping_add(lower);
    }
    scattered(sum)
}

/// The first half of `SplitMix64`'s finalizer: what differed still differs.
#[inline(always)]
const fn scattered(sum: u64) -> u64 {
    (sum ^ (sum >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// A key of a table that hashes by itself.
pub trait Hashed: Copy + Eq {
    /// Its hash; the upper half is the better one.
    fn hash(&self, seeds: &impl Seed) -> u64;
}

impl Hashed for FlowKey {
    #[inline(always)]
    fn hash(&self, seeds: &impl Seed) -> u64 {
        let ends = u64::from(self.remote_port) << 48
            | u64::from(self.local_port) << 32
            | u64::from(self.protocol);
        let (remote, local) = (self.remote, self.local);
        multilinear(
            seeds,
            [remote.low, local.low, ends, remote.high, local.high],
        )
    }
}

impl Hashed for DestinationKey {
    #[inline(always)]
    fn hash(&self, seeds: &impl Seed) -> u64 {
        let end = u64::from(self.port) << 32 | u64::from(self.protocol);
        multilinear(seeds, [self.address.low, end, self.address.high])
    }
}

impl Hashed for PrefixKey {
    #[inline(always)]
    fn hash(&self, seeds: &impl Seed) -> u64 {
        multilinear(seeds, [self.0.low, self.0.high])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::cases;
    use crate::{
        address::Address,
        lanes::WAYS,
        maps::number_places,
        sets::{set_of, sets_for},
    };
    use proptest::prelude::*;
    use std::{collections::HashSet, vec::Vec};

    fn seeds(from: u64) -> Seeds {
        // Weyl's sequence through a finalizer (SplitMix64).
        let mut state = from;
        Seeds(core::array::from_fn(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed ^ (mixed >> 27)
        }))
    }

    fn key(host: u32, local_port: u16) -> FlowKey {
        FlowKey {
            remote: Address::from_v4_bits(host),
            local: Address::v4([192, 0, 2, 1]),
            remote_port: 443,
            local_port,
            protocol: crate::flow::protocol::TCP,
            zero: 0,
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "so many keys would take hours")]
    fn neighbours_fall_into_different_places() {
        let seeds = seeds(1);
        let uppers: HashSet<u64> = (0..4_096)
            .flat_map(|host| (0..16).map(move |port| key(0xc612_0000 + host, 40_000 + port)))
            .map(|key| key.hash(&seeds) >> 32)
            .collect();
        // Of 65,536 numbers out of 2^32 one in two hundred thousand meets another.
        assert!(uppers.len() > 65_536 - 8, "{}", uppers.len());
    }

    #[test]
    #[cfg_attr(miri, ignore = "so many keys would take hours")]
    fn keys_that_collide_by_one_seed_do_not_by_another() {
        let places = |seeds: Seeds| (0..1 << 16).map(move |host| key(host, 1).hash(&seeds) >> 48);
        let (one, other): (Vec<u64>, Vec<u64>) =
            (places(seeds(1)).collect(), places(seeds(2)).collect());
        let of_first = (1..1 << 16).filter(|at| one[*at] == one[0]);
        assert!(of_first.filter(|at| other[*at] == other[0]).count() < 3);
    }

    /// The share of prefixes in a row that find no way in a table with room for three times as many.
    fn share_without_a_way(seeds: &Seeds) -> f64 {
        const PREFIXES: u32 = 1 << 14;
        let sets = sets_for(number_places(PREFIXES));
        let mut held: Vec<u32> = [0].repeat(sets as usize);
        for prefix in 0..PREFIXES {
            let key = PrefixKey(Address::from_v4_bits(0xc612_0000 + (prefix << 8)));
            held[set_of(key.hash(seeds), sets) as usize] += 1;
        }
        let ways = u32::try_from(WAYS).unwrap();
        let without: u32 = held.iter().map(|held| held.saturating_sub(ways)).sum();
        f64::from(without) / f64::from(PREFIXES)
    }

    #[test]
    #[cfg_attr(miri, ignore = "so many keys would take hours")]
    fn networks_in_a_row_find_their_ways_whatever_the_seeds() {
        let worst = (0..500)
            .map(|from| share_without_a_way(&seeds(from)))
            .fold(0.0, f64::max);
        // One in a thousand where every place is as likely as any other.
        assert!(worst < 0.004, "{worst}");
    }

    proptest! {
        #![proptest_config(cases(256))]

        #[test]
        fn every_part_of_a_key_counts(host: u32, port: u16, bit in 0..16) {
            let seeds = seeds(7);
            let (one, other) = (key(host, port), key(host, port ^ (1_u16 << bit)));
            prop_assert_ne!(one.hash(&seeds), other.hash(&seeds));
        }
    }
}
