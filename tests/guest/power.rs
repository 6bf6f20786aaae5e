//! The end of a virtual machine, and the word that goes with it.
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "the port of a device")
)]

use std::process;

/// The way to QEMU's device `isa-debug-exit`, which ends the machine.
pub(crate) struct Power {
    /// Whether `cargo xtask vm` has put it there, and a processor has ports at all.
    is_there: bool,
}

impl Power {
    /// A kernel that is locked down opens no port any more.
    pub(crate) fn open() -> Self {
        Self { is_there: open() }
    }

    /// Ends the machine: QEMU's status becomes twice the word, and one. Without the device this process ends, at which
    /// the kernel panics, and nobody takes that for a good end.
    pub(crate) fn end(self, word: u8) -> ! {
        if self.is_there {
            tell(word);
        }
        process::exit(1)
    }
}

#[cfg(target_arch = "x86_64")]
const PORT: u16 = 0xf4;

#[cfg(target_arch = "x86_64")]
fn open() -> bool {
    use nix::libc::{c_ulong, ioperm};
    // SAFETY: asks the kernel for a port; no memory is involved.
    unsafe { ioperm(c_ulong::from(PORT), 1, 1) == 0 }
}

/// Does not return.
#[cfg(target_arch = "x86_64")]
fn tell(word: u8) {
    use std::arch::asm;
    // SAFETY: the port was granted to this thread, and what listens there is QEMU's device.
    unsafe { asm!("out dx, al", in("dx") PORT, in("al") word, options(nomem, nostack)) };
}

/// Other processors have no ports.
#[cfg(not(target_arch = "x86_64"))]
const fn open() -> bool {
    false
}

#[cfg(not(target_arch = "x86_64"))]
const fn tell(_word: u8) {}
