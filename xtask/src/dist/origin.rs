//! When and of which sources a package is: found out once, so that both builds of a check tell the same.

use std::env;

use anyhow::{Context as _, Result};

use crate::{program, workspace};

/// The time of everything in a package, as reproducible builds name it.
const EPOCH: &str = "SOURCE_DATE_EPOCH";
/// What `detector --version` names.
const COMMIT: &str = "DETECTOR_COMMIT";

/// What goes into a package beside its sources.
#[derive(Debug, PartialEq)]
pub(crate) struct Origin {
    epoch: String,
    commit: Option<String>,
}

impl Origin {
    /// Of the latest commit, unless the packager names another time or, without git, other sources.
    pub(crate) fn of_these_sources() -> Result<Self> {
        let epoch = env::var(EPOCH).ok();
        let epoch = epoch.or_else(|| git(&["log", "-1", "--format=%ct"]));
        let commit = env::var(COMMIT).ok();
        Ok(Self {
            epoch: epoch.with_context(|| {
                format!("no commit to take the time of the package from: set {EPOCH} (seconds)")
            })?,
            // What is not committed makes it `dirty`.
            commit: commit.or_else(|| git(&["describe", "--always", "--dirty", "--abbrev=12"])),
        })
    }

    /// For the programs that make the package.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let commit = self.commit.as_deref().map(|commit| (COMMIT, commit));
        [(EPOCH, self.epoch.as_str())].into_iter().chain(commit)
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let mut git = program::command("git");
    program::answer(git.current_dir(workspace::root()).args(arguments))
}
