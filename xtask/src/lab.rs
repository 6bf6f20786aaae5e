//! The programs that the lab's namespaces, censor and routes are made with.

use anyhow::{Context as _, Result};

use crate::{apt, program};

/// Program and Debian package.
const TOOLS: [(&str, &str); 2] = [("ip", "iproute2"), ("nft", "nftables")];

pub(crate) fn ensure_tools() -> Result<()> {
    let missing: Vec<_> = TOOLS
        .into_iter()
        .filter(|(name, _)| !program::exists(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let (names, packages): (Vec<_>, Vec<_>) = missing.into_iter().unzip();
    apt::install(&packages).with_context(|| {
        let (names, packages) = (names.join(" and "), packages.join(" "));
        format!("the lab needs {names}: install the package {packages}")
    })
}
