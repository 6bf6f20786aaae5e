//! A value that the compiler knows nothing about.
//!
//! A mask that cannot change a value is dropped by the compiler, which knows the bound from
//! elsewhere; the verifier does not, and refuses the program. `core::hint::black_box` would do,
//! at eight bytes of stack for each use.

#![expect(unsafe_code, reason = "an empty assembly")]

use core::arch::asm;

/// Returns `value`.
#[inline(always)]
pub(crate) fn opaque(mut value: usize) -> usize {
    // Not an empty string: two lines of source would then share one instruction, and the kernel
    // refuses such line info.
    // SAFETY: the register is moved onto itself.
    unsafe { asm!("{0} = {0}", inout(reg) value, options(pure, nomem, nostack)) };
    value
}
