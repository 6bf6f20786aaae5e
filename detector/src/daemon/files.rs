//! Whether this process may have as many files open as a daemon has.
//!
//! Said before any is opened: the event loop panics where there is no room for its first ones.

use rustix::process::{Resource, getrlimit};

use crate::failure::{Failure, MORE_FILES};

/// Maps, sockets and links, and those who ask for metrics at one time; with as much again to spare.
const NEEDED: u64 = 256;

/// Refuses to begin where it may not.
pub(super) fn check() -> Result<(), Failure> {
    enough(getrlimit(Resource::Nofile).current)
}

/// No limit is `None`.
fn enough(allowed: Option<u64>) -> Result<(), Failure> {
    match allowed {
        Some(allowed) if allowed < NEEDED => Err(Failure::Memory(format!(
            "{allowed} open files are allowed, and {NEEDED} are needed; {MORE_FILES}"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_are_refused_and_no_limit_is_none() {
        for (allowed, is_enough) in [(Some(0), false), (Some(255), false), (Some(256), true)] {
            assert_eq!(enough(allowed).is_ok(), is_enough, "{allowed:?}");
        }
        assert!(enough(None).is_ok());
    }
}
