//! The programs that the lab's namespaces, censor and routes are made with, and another clock for a test.

use anyhow::Result;

use crate::tools::{self, Tool};

const TOOLS: [Tool; 2] = [("ip", "iproute2"), ("nft", "nftables")];
const CLOCK: [Tool; 1] = [("faketime", "faketime")];

pub(crate) fn ensure_tools() -> Result<()> {
    tools::ensure(&TOOLS, "the lab")
}

/// What tests need beside the lab.
pub(crate) fn ensure_clock() -> Result<()> {
    tools::ensure(&CLOCK, "the test of another clock")
}
