//! Counters: per CPU for what every packet adds to, atomic for what a connection adds to.

#![expect(unsafe_code, reason = "pointers into maps")]

use core::arch::asm;

use aya_ebpf::btf_maps::PerCpuArray;
use detector_common::{
    flow::Direction,
    maps::Loss,
    mark::Mark,
    prefix::{Change, Count, Counter, Hosts, PAIRS, PrefixKey, PrefixNumber},
    skip::Skip,
    tables::{Prefixes, Table as _},
};

use crate::{
    atomic,
    maps::{self, NUMBER_SETS_LEN, NUMBERS_LEN},
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
        let Some(changes) = maps::CHANGES.get_ptr_mut(number) else {
            return;
        };
        // SAFETY: an aligned word of a live map value; and below.
        unsafe { atomic::add(changes.cast(), Change::BEGIN) };
        change(&mut SharedCounters(number));
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

/// The counters of one prefix, which all CPUs write, one atomic word at a time.
///
/// Each pair of words is looked up: a pointer plus a variable is what the verifier mistrusts without `CAP_PERFMON`.
pub(crate) struct SharedCounters(u32);

impl SharedCounters {
    /// The pair that a word is of.
    #[inline(always)]
    fn pair(&self, word: usize) -> Option<*mut u64> {
        let first = self.0.wrapping_mul(PAIRS);
        let pair = maps::COUNTERS.get_ptr_mut(first.wrapping_add(word as u32 >> 1))?;
        Some(pair.cast())
    }

    /// The pair that holds a bit of the word at `index`, and the bit in it: the assembler knows `|=` and `&=` for 64
    /// bits alone. Little-endian, as `load` demands.
    #[inline(always)]
    fn bit(&self, (word, bit): (usize, u32)) -> Option<(*mut u64, u64)> {
        let shift = (word as u32 & 1) << 5;
        Some((self.pair(word)?, u64::from(bit) << shift))
    }
}

impl Count for SharedCounters {
    #[inline(always)]
    fn add(&mut self, counter: Counter) {
        let word = counter.word();
        let Some(pair) = self.pair(word) else {
            return;
        };
        // SAFETY: both words lie within a live map value.
        unsafe {
            if word & 1 == 0 {
                atomic::increment::<0>(pair);
            } else {
                atomic::increment::<4>(pair);
            }
        }
    }

    #[inline(always)]
    fn insert(&mut self, hosts: Hosts, host: u8) {
        if let Some((pair, bit)) = self.bit(hosts.word(host)) {
            // SAFETY: an aligned word of a live map value.
            unsafe { asm!("lock *(u64 *)({0} + 0) |= {1}", in(reg) pair, in(reg) bit) };
        }
    }

    #[inline(always)]
    fn remove(&mut self, hosts: Hosts, host: u8) {
        if let Some((pair, bit)) = self.bit(hosts.word(host)) {
            // SAFETY: as above.
            unsafe { asm!("lock *(u64 *)({0} + 0) &= {1}", in(reg) pair, in(reg) !bit) };
        }
    }
}
