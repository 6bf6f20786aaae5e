//! What daemon and helper say to each other. Both are the same program, so that nothing here need last.

use std::{path::PathBuf, time::Duration};

use detector_common::hash::SEEDS;
use serde::{Deserialize, Serialize};

use crate::{
    kernel::{
        attach::{Attached, Wish},
        interfaces::Interface,
        options::Options,
    },
    status::ProgramRuns,
};

/// What the daemon wants.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum Request {
    /// The object in the kernel, and its maps. Once, before anything else. Links are pinned below `pins`, if anywhere.
    Load {
        options: Options,
        pins: Option<PathBuf>,
    },
    /// Both programs on an interface, or none.
    Attach { interface: Interface, wish: Wish },
    /// How often the programs have run.
    Runs,
    /// None on the interface of this index.
    Detach { index: u32 },
    /// All that was wanted is attached: what earlier runs left of others goes.
    Settle,
}

impl Request {
    /// How long it may take. Programs are verified when they are loaded or first attached, which an emulated machine
    /// takes its time for.
    pub(super) const fn patience(&self) -> Duration {
        match self {
            Self::Load { .. } | Self::Attach { .. } | Self::Settle => Duration::from_mins(1),
            Self::Runs | Self::Detach { .. } => Duration::from_secs(5),
        }
    }
}

/// What the helper has done; a failure goes in its place.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum Answer {
    /// With the descriptors of the maps.
    Loaded {
        /// What the hashes of the maps depend on.
        seeds: [u64; SEEDS],
    },
    /// The programs are attached.
    Attached(Attached),
    /// Those that the kernel has counted runs of.
    Ran(Vec<ProgramRuns>),
    /// There is none any more.
    Detached,
    /// There are no others.
    Settled,
}
