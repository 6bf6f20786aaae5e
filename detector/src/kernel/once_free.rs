//! Waiting for what is about to be let go of, and nobody tells when.
//!
//! Must not know: what it is, or who has it.

use std::{
    thread,
    time::{Duration, Instant},
};

const MOMENT: Duration = Duration::from_millis(1);

/// Takes it where it may still be taken by others `until` then. Tries once in any case.
///
/// # Errors
/// Those of `take`: where it `is_taken` then, or something else is in the way.
pub(super) fn once_free<T, E>(
    until: Instant,
    is_taken: impl Fn(&E) -> bool,
    mut take: impl FnMut() -> Result<T, E>,
) -> Result<T, E> {
    loop {
        match take() {
            Err(error) if is_taken(&error) && Instant::now() < until => thread::sleep(MOMENT),
            tried => return tried,
        }
    }
}
