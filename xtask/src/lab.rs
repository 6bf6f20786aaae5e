//! The programs that the lab's namespaces, censor and routes are made with, and another clock for a test.

use std::fs;

use anyhow::{Context as _, Result};

use crate::{
    program, say,
    tools::{self, Tool},
};

const TOOLS: [Tool; 2] = [("ip", "iproute2"), ("nft", "nftables")];
const CLOCK: [Tool; 1] = [("faketime", "faketime")];
const TRACER: [Tool; 1] = [("strace", "strace")];
const READER: [Tool; 1] = [("jq", "jq")];
const SERVICE_MANAGER: [Tool; 1] = [("systemd-analyze", "systemd")];

/// The kernel's own list of what is mounted.
const MOUNTS: &str = "/proc/self/mounts";
const PINS: &str = "/sys/fs/bpf";

pub(crate) fn ensure_tools() -> Result<()> {
    tools::ensure(&TOOLS, "the lab")
}

/// What tests need beside the lab.
pub(crate) fn ensure_clock() -> Result<()> {
    tools::ensure(&CLOCK, "the test of another clock")
}

/// What makes system calls fail.
pub(crate) fn ensure_tracer() -> Result<()> {
    tools::ensure(&TRACER, "the test of system calls that fail")
}

/// What the documents read events with.
pub(crate) fn ensure_reader() -> Result<()> {
    tools::ensure(&READER, "the test of the documents' commands")
}

/// What reads the service file; nothing of it runs.
pub(crate) fn ensure_service_manager() -> Result<()> {
    tools::ensure(&SERVICE_MANAGER, "the test of the service file")
}

/// Where pins lie. A service manager mounts it; where there is none, nobody has.
pub(crate) fn ensure_place_for_pins() -> Result<()> {
    let mounts = fs::read_to_string(MOUNTS).context(MOUNTS)?;
    if mounts.lines().any(is_place_for_pins) {
        return Ok(());
    }
    say::step(&format!("test: mounting the BPF file system on {PINS}"));
    let mounted = program::run(program::command("mount").args(["-t", "bpf", "bpf", PINS]));
    if let Err(error) = mounted {
        say::step(&format!("test: {error:#}; the tests of pins will fail"));
    }
    Ok(())
}

fn is_place_for_pins(mount: &str) -> bool {
    let mut words = mount.split(' ').skip(1);
    words.next() == Some(PINS) && words.next() == Some("bpf")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_known_by_its_place_and_its_kind() {
        assert!(is_place_for_pins("bpf /sys/fs/bpf bpf rw,nosuid 0 0"));
        assert!(!is_place_for_pins("bpf /sys/fs/bpf tmpfs rw 0 0"));
        assert!(!is_place_for_pins("bpf /run/bpf bpf rw 0 0"));
    }
}
