//! What a process takes of the machine's memory: its pages, and those of the kernel's maps that it holds.
//!
//! Must not know how much is too much.

use std::{collections::BTreeMap, fs};

use anyhow::{Context as _, Result};
use nix::unistd::Pid;

use crate::process::children;

/// A resident set, in KiB, as the kernel divides it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pages {
    /// Its own: heap and stack.
    pub anonymous_kib: u64,
    /// Of files, and of the maps of the kernel that it has mapped.
    pub file_kib: u64,
}

impl Pages {
    /// Those of `process`.
    ///
    /// # Errors
    /// It is gone.
    pub fn of(process: Pid) -> Result<Self> {
        let path = format!("/proc/{process}/status");
        let status = fs::read_to_string(&path).with_context(|| path)?;
        Self::read(&status).with_context(|| format!("no resident set in {status:?}"))
    }

    /// Which maps of the kernel count as files depends on the kernel's version; some count as shared memory.
    fn read(status: &str) -> Option<Self> {
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        Some(Self {
            anonymous_kib: kib("RssAnon:")?,
            file_kib: kib("RssFile:")? + kib("RssShmem:")?,
        })
    }
}

/// What the kernel says that the maps take which `process` and its children hold, in bytes, each once.
///
/// # Errors
/// A process is gone, or the kernel does not say it.
pub fn map_bytes(process: Pid) -> Result<u64> {
    let mut maps = BTreeMap::new();
    for holder in children(process)?.into_iter().chain([process]) {
        maps.extend(maps_of(holder)?);
    }
    Ok(maps.into_values().sum())
}

/// By its identifier, the bytes of each map that this process holds open (`memlock` in `/proc/PID/fdinfo`).
fn maps_of(process: Pid) -> Result<BTreeMap<u64, u64>> {
    let folder = format!("/proc/{process}/fdinfo");
    let mut maps = BTreeMap::new();
    for entry in fs::read_dir(&folder).with_context(|| folder)? {
        // What was open a moment ago may be no more.
        let Ok(text) = fs::read_to_string(entry?.path()) else {
            continue;
        };
        let number = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key))?;
            line.trim().parse::<u64>().ok()
        };
        if let Some(map) = number("map_id:") {
            let bytes = number("memlock:").context("the kernel does not say what a map takes")?;
            maps.insert(map, bytes);
        }
    }
    Ok(maps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resident_set_is_read_from_what_the_kernel_says() {
        let status =
            "VmRSS:\t  7000 kB\nRssAnon:\t 4000 kB\nRssFile:\t 2900 kB\nRssShmem:\t 100 kB\n";
        let pages = Pages {
            anonymous_kib: 4_000,
            file_kib: 3_000,
        };
        assert_eq!(Pages::read(status), Some(pages));
        assert_eq!(Pages::read("VmRSS:\t 7000 kB\n"), None);
    }
}
