//! Whether this process may load and attach at all.

use caps::{CapSet, Capability};

use crate::failure::Failure;

/// What the programs need: one capability to load, one to attach.
const NEEDED: [Capability; 2] = [Capability::CAP_BPF, Capability::CAP_NET_ADMIN];

/// What helps whoever lacks one.
pub(super) const CURE: &str = "run as root, or grant CAP_BPF and CAP_NET_ADMIN";

/// Checks the capabilities before anything is touched.
///
/// # Errors
/// [`Failure::Permission`] names what is missing.
pub fn check() -> Result<(), Failure> {
    // Kernels before 5.8 have no CAP_BPF; CAP_SYS_ADMIN contains it everywhere.
    if has(Capability::CAP_SYS_ADMIN) && has(Capability::CAP_NET_ADMIN) {
        return Ok(());
    }
    let missing: Vec<String> = NEEDED
        .into_iter()
        .filter(|capability| !has(*capability))
        .map(|capability| capability.to_string())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::Permission(format!(
        "no permission to load eBPF programs: {} missing; {CURE}",
        missing.join(" and ")
    )))
}

fn has(capability: Capability) -> bool {
    caps::has_cap(None, CapSet::Effective, capability).unwrap_or(false)
}
