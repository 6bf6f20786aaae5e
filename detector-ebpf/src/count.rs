//! Counters: per CPU for what every packet adds to, atomic for what a connection adds to.

use core::arch::asm;

use aya_ebpf::{bindings::BPF_NOEXIST, btf_maps::PerCpuArray};
use detector_common::{
    flow::Direction,
    maps::Loss,
    mark::Mark,
    prefix::{Count, Counter, Hosts, PrefixCounters, PrefixKey, WORDS},
    skip::Skip,
    tables::Prefixes,
};

use crate::{maps, opaque::opaque};

#[inline(always)]
pub(crate) fn packet(direction: Direction) {
    bump(&maps::PACKETS, direction as u32);
}

#[inline(always)]
pub(crate) fn skip(skip: Skip) {
    bump(&maps::SKIPS, skip as u32);
}

#[inline(always)]
pub(crate) fn mark(mark: Mark) {
    bump(&maps::MARKS, mark as u32);
}

#[inline(always)]
pub(crate) fn loss(loss: Loss) {
    bump(&maps::LOSSES, loss as u32);
}

#[inline(always)]
fn bump<const N: usize>(counters: &PerCpuArray<u64, N>, index: u32) {
    if let Some(counter) = counters.get_ptr_mut(index) {
        // SAFETY: the slot is this CPU's own, and a program is not preempted by itself.
        unsafe { *counter = (*counter).wrapping_add(1) };
    }
}

/// Copied into the map for a new prefix; on the stack it would take half of it.
static EMPTY: PrefixCounters = PrefixCounters([0; WORDS]);

/// The prefix map as the engine sees it.
pub(crate) struct KernelPrefixes;

impl Prefixes for KernelPrefixes {
    type Counters<'a> = SharedCounters;

    #[inline(always)]
    fn get(&mut self, key: &PrefixKey) -> Option<SharedCounters> {
        maps::PREFIXES.get_ptr_mut(key).map(SharedCounters)
    }

    #[inline(always)]
    fn insert(&mut self, key: &PrefixKey) -> Option<SharedCounters> {
        if let Some(counters) = self.get(key) {
            return Some(counters);
        }
        #[expect(
            clippy::needless_borrows_for_generic_args,
            reason = "by value it would be copied to the stack"
        )]
        // Its error needs no look; the lookup tells whether the key is there now.
        let _exists_or_full = maps::PREFIXES.insert(key, &EMPTY, BPF_NOEXIST.into());
        let counters = self.get(key);
        if counters.is_none() {
            loss(Loss::Prefix);
        }
        counters
    }
}

/// Counters that all CPUs write, one atomic word at a time.
pub(crate) struct SharedCounters(*mut PrefixCounters);

impl SharedCounters {
    /// The word at `index`; the mask shows the verifier its bound. The last word, which nothing
    /// ever writes, is a zero that the verifier cannot know (see `packet::unknown_zero`).
    #[inline(always)]
    fn word(&self, index: usize, mask: usize) -> *mut u32 {
        let first = self.0.cast::<u32>();
        // SAFETY: the value is live and has that many words.
        let zero = unsafe { *first.wrapping_add(WORDS - 1) } as usize;
        first.wrapping_add(opaque(index.wrapping_add(zero)) & mask)
    }

    /// The two words that hold a bit of the word at `index`, and the bit in them: the assembler
    /// knows `|=` and `&=` for 64 bits alone. Little-endian, as `load` demands. The mask shows the
    /// verifier that the pair is aligned.
    #[inline(always)]
    fn pair(&self, index: usize, bit: u32) -> (*mut u64, u64) {
        let shift = (index as u32 & 1) << 5;
        let pair = self.word(index, WORDS - 2);
        (pair.cast(), u64::from(bit) << shift)
    }
}

impl Count for SharedCounters {
    #[inline(always)]
    fn add(&mut self, counter: Counter) {
        let word = self.word(counter.word(), WORDS - 1);
        // SAFETY: `word` lies within a live map value; the BPF target has no `fetch_add`.
        unsafe { asm!("lock *(u32 *)({0} + 0) += {1}", in(reg) word, in(reg) 1_u64) };
    }

    #[inline(always)]
    fn insert(&mut self, hosts: Hosts, host: u8) {
        let (index, bit) = hosts.word(host);
        let (pair, bit) = self.pair(index, bit);
        // SAFETY: as in `add`.
        unsafe { asm!("lock *(u64 *)({0} + 0) |= {1}", in(reg) pair, in(reg) bit) };
    }

    #[inline(always)]
    fn remove(&mut self, hosts: Hosts, host: u8) {
        let (index, bit) = hosts.word(host);
        let (pair, bit) = self.pair(index, bit);
        // SAFETY: as in `add`.
        unsafe { asm!("lock *(u64 *)({0} + 0) &= {1}", in(reg) pair, in(reg) !bit) };
    }
}
