//! Time in the kernel.

#![expect(unsafe_code, reason = "a call of the kernel")]

use aya_ebpf::helpers::bpf_ktime_get_ns;
use detector_common::time::Nanos;

use crate::maps;

/// The monotonic clock, or the time that a test run handed in.
#[inline(always)]
pub(crate) fn now() -> Nanos {
    if maps::IS_TEST_RUN.load() != 0 {
        return maps::TEST_CLOCK.get(0).copied().unwrap_or_default();
    }
    // SAFETY: the helper takes no argument and cannot fail.
    Nanos(unsafe { bpf_ktime_get_ns() })
}
