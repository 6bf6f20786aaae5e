//! Destination prefixes, the unit that is judged, and the counters kept for each.
//!
//! Counters are cumulative and never reset while their prefix is tracked; the two bitmaps hold
//! the latest word on each host. Must not know: who stores them, or what follows from them.

use crate::{
    address::Address,
    maps::Loss,
    sets::Occupant,
    stall::Bucket,
    time::Nanos,
    tuning::Tuning,
    verdict::{Stage, Verdict},
};

/// A destination address with its host bits cleared; the length follows from its family.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(transparent)]
pub struct PrefixKey(pub Address);

impl PrefixKey {
    /// The prefix that `address` is counted in.
    #[inline(always)]
    pub const fn of(address: &Address, tuning: &Tuning) -> Self {
        Self(match address.as_v4_bits() {
            Some(bits) => Address::from_v4_bits(bits & mask_v4(tuning.prefix_v4)),
            None => Address {
                high: address.high & mask_v6(tuning.prefix_v6),
                low: 0,
            },
        })
    }
}

#[inline(always)]
const fn mask_v4(bits: u32) -> u32 {
    u32::MAX.wrapping_shl(32_u32.wrapping_sub(bits))
}

#[inline(always)]
const fn mask_v6(bits: u32) -> u64 {
    u64::MAX.wrapping_shl(64_u32.wrapping_sub(bits))
}

/// The bit that stands for a host: its last octet in IPv4, so exact in a /24; in IPv6 the octets
/// behind a /48 folded together, so a count of distinct hosts that may be a little low.
#[inline(always)]
pub fn host_bit(address: &Address) -> u8 {
    if let Some(bits) = address.as_v4_bits() {
        return lowest_octet(bits.into());
    }
    // Multiplication by an odd constant (Fibonacci hashing) carries every bit to the top.
    let folded = address.low ^ (address.high & 0xffff).rotate_left(32);
    lowest_octet(folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56)
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the lowest octet is meant")]
const fn lowest_octet(bits: u64) -> u8 {
    bits as u8
}

/// One number counted for a prefix.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Counter {
    /// Connections that our side began since the prefix is tracked, so without the very first.
    Connections,
    /// Failed trials of destinations that never answered, which weigh nothing.
    Strangers,
    /// Connections whose server answered with data; how they end is another matter.
    Answered,
    /// Verdicts, every one.
    Verdict(Verdict),
    /// Those verdicts that are ok and of QUIC: one transport may work where the other does not.
    QuicOk,
    /// Trials: verdicts that speak of the path (the first [`Verdict::TRIALS`]), once a destination
    /// and trial time, and where they are failures, only of destinations that answered before.
    Trial(Verdict),
    /// Those trials that are ok and of QUIC.
    QuicOkTrial,
    /// Those failed trials by the stage they had reached.
    Stage(Stage),
    /// Connections that were cut off, by the payload that had come (see [`crate::stall`]).
    StallBytes(Bucket),
    /// The same, by the packets that had passed both ways.
    StallPackets(Bucket),
}

/// A set of hosts of a prefix.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hosts {
    /// Answered a SYN at least once.
    Alive,
    /// Has a destination that failed when last heard of, whether that was a trial or not.
    Failed,
}

const VERDICTS_AT: usize = 5;
const TRIALS_AT: usize = VERDICTS_AT + Verdict::COUNT;
const STAGES_AT: usize = TRIALS_AT + Verdict::TRIALS;
const STALL_BYTES_AT: usize = STAGES_AT + Stage::COUNT;
const STALL_PACKETS_AT: usize = STALL_BYTES_AT + Bucket::COUNT;
const ALIVE_AT: usize = STALL_PACKETS_AT + Bucket::COUNT;
/// Words of one set of 256 hosts.
const HOST_WORDS: usize = 8;
const FAILED_AT: usize = ALIVE_AT + HOST_WORDS;

/// Words of one value, kept a power of two so that a mask proves an index in bounds. The last one
/// stays zero for ever. 32 bits each: a counter that wraps costs its reader one difference.
pub const WORDS: usize = 64;
const _: () = assert!(
    FAILED_AT + HOST_WORDS < WORDS,
    "the counters need more words"
);

/// Two words side by side: so they lie in a map, where the kernel looks each pair up.
pub type Pair = [u32; 2];
/// Pairs of one prefix.
pub const PAIRS: u32 = 32;
const _: () = assert!(PAIRS as usize * 2 == WORDS, "every word is of a pair");

impl Counter {
    /// Its word.
    #[inline(always)]
    pub const fn word(self) -> usize {
        match self {
            Self::Connections => 0,
            Self::Strangers => 1,
            Self::Answered => 2,
            Self::QuicOk => 3,
            Self::QuicOkTrial => 4,
            Self::Verdict(verdict) => VERDICTS_AT.wrapping_add(verdict.index()),
            Self::Trial(verdict) => TRIALS_AT.wrapping_add(verdict.index()),
            Self::Stage(stage) => STAGES_AT.wrapping_add(stage.index()),
            Self::StallBytes(bucket) => STALL_BYTES_AT.wrapping_add(bucket.index()),
            Self::StallPackets(bucket) => STALL_PACKETS_AT.wrapping_add(bucket.index()),
        }
    }
}

impl Hosts {
    #[inline(always)]
    const fn first_word(self) -> usize {
        match self {
            Self::Alive => ALIVE_AT,
            Self::Failed => FAILED_AT,
        }
    }

    /// The word that holds a host, and its bit in there.
    #[inline(always)]
    pub const fn word(self, host: u8) -> (usize, u32) {
        let word = self.first_word().wrapping_add((host >> 5) as usize);
        (word, 1_u32.wrapping_shl((host & 31) as u32))
    }
}

/// The writer's side of a prefix: atomic words in the kernel, plain ones on the host.
pub trait Count {
    /// Adds one.
    fn add(&mut self, counter: Counter);
    /// Adds a host to a set.
    fn insert(&mut self, hosts: Hosts, host: u8);
    /// Takes a host out of a set.
    fn remove(&mut self, hosts: Hosts, host: u8);
}

/// The counters of one prefix.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(transparent)]
pub struct PrefixCounters(pub [u32; WORDS]);

const _: () = assert!(size_of::<PrefixKey>() == 16, "a map key has no padding");
const _: () = assert!(
    size_of::<PrefixCounters>() == 256,
    "a map value has no padding"
);

impl Default for PrefixCounters {
    fn default() -> Self {
        Self([0; WORDS])
    }
}

impl PrefixCounters {
    /// The value of one counter.
    pub fn value(&self, counter: Counter) -> u32 {
        self.0.get(counter.word()).copied().unwrap_or(0)
    }

    /// Whether a host is in a set.
    pub fn contains(&self, hosts: Hosts, host: u8) -> bool {
        let (word, bit) = hosts.word(host);
        self.0.get(word).is_some_and(|value| value & bit != 0)
    }
}

impl Count for PrefixCounters {
    fn add(&mut self, counter: Counter) {
        if let Some(word) = self.0.get_mut(counter.word()) {
            *word = word.wrapping_add(1);
        }
    }

    fn insert(&mut self, hosts: Hosts, host: u8) {
        let (word, bit) = hosts.word(host);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    fn remove(&mut self, hosts: Hosts, host: u8) {
        let (word, bit) = hosts.word(host);
        if let Some(word) = self.0.get_mut(word) {
            *word &= !bit;
        }
    }
}

impl<C: Count> Count for &mut C {
    fn add(&mut self, counter: Counter) {
        (**self).add(counter);
    }

    fn insert(&mut self, hosts: Hosts, host: u8) {
        (**self).insert(hosts, host);
    }

    fn remove(&mut self, hosts: Hosts, host: u8) {
        (**self).remove(hosts, host);
    }
}

/// The number of a prefix, which says where its counters are.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(transparent)]
pub struct PrefixNumber(pub u64);

impl Occupant for PrefixNumber {
    /// A tracked prefix is never forgotten by itself.
    #[inline(always)]
    fn worth(&self) -> Option<Nanos> {
        None
    }

    #[inline(always)]
    fn loss_to(&self, _other: &Self) -> Option<Loss> {
        None
    }
}

/// How often the counters of one prefix changed, and how many changes are under way: who finds the same number before
/// and after reading, and none under way, has read counters that belong together.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(transparent)]
pub struct Change(pub u64);

impl Change {
    /// Added before a change.
    pub const BEGIN: u64 = 1;
    /// Added after it.
    pub const END: u64 = (1 << Self::UNDER_WAY_BITS) - Self::BEGIN;
    /// There are fewer CPUs than that many bits count.
    const UNDER_WAY_BITS: u32 = 16;

    /// Whether no change is under way.
    pub const fn is_whole(self) -> bool {
        self.0 & ((1 << Self::UNDER_WAY_BITS) - 1) == 0
    }
}

#[cfg(test)]
mod tests;
