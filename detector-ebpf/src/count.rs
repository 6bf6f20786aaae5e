//! Counters: per CPU for what every packet adds to, atomic for what a connection adds to.

use core::arch::asm;

use aya_ebpf::btf_maps::PerCpuArray;
use detector_common::{
    flow::Direction,
    maps::Loss,
    mark::Mark,
    prefix::{Change, Count, Counter, Hosts, PrefixCounters, PrefixKey, PrefixNumber, WORDS},
    skip::Skip,
    tables::{Prefixes, Table as _},
};

use crate::{
    atomic,
    maps::{self, NUMBER_SETS_LEN, NUMBERS_LEN},
    opaque::opaque,
    sets::Sets,
};

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

/// The counters of all prefixes as the engine sees them.
pub(crate) struct KernelPrefixes;

impl Prefixes for KernelPrefixes {
    type Counters<'a> = SharedCounters;

    #[inline(always)]
    fn change(
        &mut self,
        key: &PrefixKey,
        is_welcome: bool,
        change: impl FnOnce(&mut SharedCounters),
    ) {
        let number = match numbers().get(key) {
            Some(PrefixNumber(number)) => *number as u32,
            None if is_welcome => match admit(key) {
                Some(number) => number,
                None => return,
            },
            None => return,
        };
        let (Some(counters), Some(changes)) = (
            maps::COUNTERS.get_ptr_mut(number),
            maps::CHANGES.get_ptr_mut(number),
        ) else {
            return;
        };
        // SAFETY: an aligned word of a live map value; and below.
        unsafe { atomic::add(changes.cast(), Change::BEGIN) };
        change(&mut SharedCounters(counters));
        // SAFETY: as above.
        unsafe { atomic::add(changes.cast(), Change::END) };
    }
}

type Numbers = Sets<PrefixKey, PrefixNumber, NUMBER_SETS_LEN, NUMBERS_LEN>;

const fn numbers() -> Numbers {
    Sets {
        tags: &maps::NUMBER_TAGS,
        records: &maps::NUMBERS,
        count: &maps::NUMBER_SETS,
        refusal: Loss::Prefix,
    }
}

/// Gives a prefix a number that nobody has, unless another CPU was faster.
#[inline(always)]
fn admit(key: &PrefixKey) -> Option<u32> {
    let Ok(Some(free)) = maps::FREE_NUMBERS.pop() else {
        loss(Loss::Prefix);
        return None;
    };
    let prefix = maps::PREFIXES.get_ptr_mut(free)?;
    // SAFETY: the kernel returned a live value of this map, and nobody else has the number.
    unsafe { prefix.write(*key) };
    let number = numbers()
        .insert(key, &PrefixNumber(free.into()))
        .map(|PrefixNumber(number)| *number as u32);
    if number != Some(free) {
        // As many numbers fit as there are.
        let _always_fits = maps::FREE_NUMBERS.push(free, 0);
    }
    number
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
