//! Programs of the distribution that a task calls: found, or installed. Knows none by name.

use anyhow::{Context as _, Result};

use crate::{apt, program};

/// A program and its Debian package.
pub(crate) type Tool = (&'static str, &'static str);

/// Installs what is missing; `user` is who needs it.
pub(crate) fn ensure(tools: &[Tool], user: &str) -> Result<()> {
    let missing = tools.iter().copied();
    let missing: Vec<Tool> = missing.filter(|(name, _)| !program::exists(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let (names, packages): (Vec<_>, Vec<_>) = missing.into_iter().unzip();
    apt::install(&packages).with_context(|| {
        let (names, packages) = (names.join(" and "), packages.join(" "));
        format!("{user} needs {names}: install the package {packages}")
    })
}
