//! The end of a virtual machine, and the word that goes with it.
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "the port of a device")
)]

use std::process;

/// Ends the machine: QEMU's status becomes twice the word, and one. Without the device this process ends, at which the
/// kernel panics, and nobody takes that for a good end.
pub(crate) fn end(word: u8) -> ! {
    tell(word);
    process::exit(1)
}

/// Does not return where `cargo xtask vm` has put QEMU's device `isa-debug-exit`.
#[cfg(target_arch = "x86_64")]
fn tell(word: u8) {
    use std::arch::asm;

    use nix::libc::{c_ulong, ioperm};

    const PORT: u16 = 0xf4;
    // SAFETY: asks the kernel for a port; no memory is involved.
    let allowed = unsafe { ioperm(c_ulong::from(PORT), 1, 1) };
    if allowed == 0 {
        // SAFETY: the port was granted above, and what listens there is QEMU's device, which ends the machine.
        unsafe { asm!("out dx, al", in("dx") PORT, in("al") word, options(nomem, nostack)) };
    }
}

/// Other processors have no ports.
#[cfg(not(target_arch = "x86_64"))]
const fn tell(_word: u8) {}
