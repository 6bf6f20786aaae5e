//! The programs that the lab's namespaces, censor and routes are made with.

use anyhow::Result;

use crate::tools::{self, Tool};

const TOOLS: [Tool; 2] = [("ip", "iproute2"), ("nft", "nftables")];

pub(crate) fn ensure_tools() -> Result<()> {
    tools::ensure(&TOOLS, "the lab")
}
