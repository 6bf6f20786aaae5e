//! Landlock: which files can be reached.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, BitFlags, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _,
    RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

/// The newest set of rights that is asked for; an older kernel holds to those that it knows.
const NEWEST: ABI = ABI::V6;
/// What programs read on their own account: names, zones and certificates (`/etc` as a whole, since its files are
/// replaced by new ones), their libraries, their own state, and how many processors there are.
const EVERYBODYS: [&str; 9] = [
    "/etc",
    "/usr",
    "/lib",
    "/lib64",
    "/proc",
    "/run/NetworkManager",
    "/run/resolvconf",
    "/run/systemd/resolve",
    "/sys/devices/system/cpu",
];

/// How far the kernel holds to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Files {
    /// To all of it.
    Closed,
    /// To what it knows; it is older than some of the rights.
    PartlyClosed,
    /// Not at all: it has no Landlock.
    Open,
}

pub(super) fn restrict(read: &[PathBuf], write: &[PathBuf]) -> Result<Files, RulesetError> {
    let reading = AccessFs::ReadFile | AccessFs::ReadDir;
    let devices = AccessFs::MakeChar | AccessFs::MakeBlock;
    let everything = AccessFs::from_all(NEWEST);
    let writing: BitFlags<AccessFs> = everything & !(devices | AccessFs::Execute);
    let readable = EVERYBODYS.iter().map(Path::new);
    let readable = readable.chain(read.iter().map(PathBuf::as_path));
    let restricted = Ruleset::default()
        .handle_access(everything)?
        .scope(Scope::Signal)?
        .create()?
        .add_rules(path_beneath_rules(readable, reading))?
        .add_rules(path_beneath_rules(write, writing))?
        .restrict_self()?;
    Ok(match restricted.ruleset {
        RulesetStatus::FullyEnforced => Files::Closed,
        RulesetStatus::PartiallyEnforced => Files::PartlyClosed,
        RulesetStatus::NotEnforced => Files::Open,
    })
}
