//! Time of this thread on the CPU: what others do there meanwhile does not count.

use std::time::Duration;

use anyhow::Result;
use nix::time::{ClockId, clock_gettime};

/// Milliseconds that some work takes.
pub(crate) fn cpu_ms<T>(work: impl FnOnce() -> T) -> Result<(T, f64)> {
    let begun = now()?;
    let result = work();
    Ok((result, now()?.saturating_sub(begun).as_secs_f64() * 1e3))
}

fn now() -> Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?.into())
}
