//! The programs that the lab's namespaces, censor and routes are made with, and another clock for a test.

use anyhow::Result;

use crate::tools::{self, Tool};

const TOOLS: [Tool; 2] = [("ip", "iproute2"), ("nft", "nftables")];
const CLOCK: [Tool; 1] = [("faketime", "faketime")];
const TRACER: [Tool; 1] = [("strace", "strace")];
const READER: [Tool; 1] = [("jq", "jq")];
const SERVICE_MANAGER: [Tool; 1] = [("systemd-analyze", "systemd")];

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
