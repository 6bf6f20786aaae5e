//! The end of a virtual machine, and the word that goes with it.
#![expect(unsafe_code, reason = "the port of a device")]

use std::arch::asm;

use nix::libc::{c_ulong, ioperm};

/// Where `cargo xtask vm` puts QEMU's device `isa-debug-exit`.
const PORT: u16 = 0xf4;

/// Ends the machine: QEMU's status becomes twice the word, and one. Without the device this process ends, at which the
/// kernel panics, and nobody takes that for a good end.
pub(crate) fn end(word: u8) -> ! {
    // SAFETY: asks the kernel for a port; no memory is involved.
    let allowed = unsafe { ioperm(c_ulong::from(PORT), 1, 1) };
    if allowed == 0 {
        // SAFETY: the port was granted above, and what listens there is QEMU's device, which ends the machine.
        unsafe { asm!("out dx, al", in("dx") PORT, in("al") word, options(nomem, nostack)) };
    }
    std::process::exit(1)
}
