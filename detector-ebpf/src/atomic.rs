//! Atomic operations on map values, which the BPF target has no `core::sync::atomic` for.

#![expect(unsafe_code, reason = "words that other CPUs change")]

use core::arch::asm;

/// Replaces `old` by `new`, so many bytes behind `at`, and says whether that was there.
///
/// # Safety
/// There must be an aligned word of a live map value.
#[inline(always)]
pub(crate) unsafe fn replace<const BEHIND: usize>(at: *mut u64, old: u64, new: u64) -> bool {
    let found: u64;
    // SAFETY: the caller's promise; the instruction compares with r0, and leaves there what it found.
    unsafe {
        asm!(
            "r0 = cmpxchg_64({0} + {2}, r0, {1})",
            in(reg) at,
            in(reg) new,
            const BEHIND,
            inout("r0") old => found,
        );
    }
    found == old
}

/// Flips the bits of `change`, so many bytes behind `at`.
///
/// # Safety
/// As above.
#[inline(always)]
pub(crate) unsafe fn flip<const BEHIND: usize>(at: *mut u64, change: u64) {
    // SAFETY: the caller's promise.
    unsafe { asm!("lock *(u64 *)({0} + {2}) ^= {1}", in(reg) at, in(reg) change, const BEHIND) };
}

/// Adds at `at`. A full barrier, as what fetches is and mere addition is not: what was written before is seen by
/// whoever sees the sum.
///
/// # Safety
/// As above.
#[inline(always)]
pub(crate) unsafe fn add(at: *mut u64, number: u64) {
    // SAFETY: the caller's promise.
    unsafe {
        asm!(
            "{1} = atomic_fetch_add((u64 *)({0} + 0), {1})",
            in(reg) at,
            inout(reg) number => _,
        );
    }
}

/// Adds one to 32 bits, so many bytes behind `at`. No barrier.
///
/// # Safety
/// There must be four aligned bytes of a live map value.
#[inline(always)]
pub(crate) unsafe fn increment<const BEHIND: usize>(at: *mut u64) {
    // SAFETY: the caller's promise; the BPF target has no `fetch_add`.
    unsafe { asm!("lock *(u32 *)({0} + {2}) += {1}", in(reg) at, in(reg) 1_u64, const BEHIND) };
}
