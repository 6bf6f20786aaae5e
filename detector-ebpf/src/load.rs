//! Loads of two to eight octets at any address.
//!
//! The BPF backend assumes that memory wants alignment, so it loads octet by octet and keeps each
//! in a stack slot of its own; a parser then needs more than the 512 bytes there are. Packets and
//! map values may be read unaligned on x86-64 and arm64, so the loads are spelled. LLVM's
//! `allows-misaligned-mem-access` would do the same to stores on the stack, which the verifier
//! refuses ("misaligned stack access").

#![expect(unsafe_code, reason = "read-only data that is set at load")]

use core::{arch::asm, array};

#[cfg(target_endian = "big")]
compile_error!("big-endian targets need the octets in the other order");

/// Copies `N` octets from `at`.
///
/// # Safety
/// `at .. at + N` must be readable packet memory or map value.
#[inline(always)]
pub(crate) unsafe fn load<const N: usize>(at: *const u8) -> [u8; N] {
    let word: u64;
    macro_rules! word {
        ($load:literal) => {
            // SAFETY: the caller promises that the octets may be read.
            unsafe {
                asm!($load, out(reg) word, in(reg) at, options(pure, readonly, nostack));
            }
        };
    }
    match N {
        1 => word!("{0} = *(u8 *)({1} + 0)"),
        2 => word!("{0} = *(u16 *)({1} + 0)"),
        4 => word!("{0} = *(u32 *)({1} + 0)"),
        8 => word!("{0} = *(u64 *)({1} + 0)"),
        // SAFETY: as above; an array of octets has no alignment.
        _ => return unsafe { *at.cast::<[u8; N]>() },
    }
    // The lowest octet of the register is the first in memory: little-endian targets only.
    let octets = word.to_le_bytes();
    array::from_fn(|index| octets[index])
}
