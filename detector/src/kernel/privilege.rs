//! Whether this process may load and attach at all.

use caps::{CapSet, Capability};

use crate::failure::Failure;

/// What the programs need: one capability to load, one to attach.
const NEEDED: [Capability; 2] = [Capability::CAP_BPF, Capability::CAP_NET_ADMIN];

/// What helps whoever lacks one.
pub(super) const CURE: &str = "run as root, or grant CAP_BPF and CAP_NET_ADMIN";

/// What the lack of a third one costs.
const FENCED: &str = "without CAP_PERFMON the kernel fences the programs against speculation: \
                      some 0.2 µs more for each packet";

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

/// What whoever has the capabilities should know of one that is not needed.
pub fn caveat() -> Option<&'static str> {
    let is_trusted = has(Capability::CAP_PERFMON) || has(Capability::CAP_SYS_ADMIN);
    (!is_trusted).then_some(FENCED)
}

fn has(capability: Capability) -> bool {
    caps::has_cap(None, CapSet::Effective, capability).unwrap_or(false)
}
