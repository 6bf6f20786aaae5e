//! The capabilities: whether they are there, and giving them up when they are no longer needed.

use aya::util::KernelVersion;
use caps::{CapSet, Capability, CapsHashSet, errors::CapsError};

use crate::failure::Failure;

/// What the programs need: one capability to load, one to attach.
const NEEDED: [Capability; 2] = [Capability::CAP_BPF, Capability::CAP_NET_ADMIN];

/// With it the kernel trusts the programs to speculate.
const HELPFUL: Capability = Capability::CAP_PERFMON;

/// What helps whoever lacks one.
pub(super) const CURE: &str = "run as root, or grant CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON";

/// The first kernel whose verifier takes the programs without it.
const FENCING: KernelVersion = KernelVersion::new(6, 16, 0);
/// What its lack costs there.
const FENCED: &str = "without CAP_PERFMON the kernel fences the programs against speculation: \
                      some 0.2 µs more for each packet";

/// And before, unless a vendor put that into an older one.
const REFUSED: &str = "without CAP_PERFMON the verifier gives up on most kernels before Linux 6.16";

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
    let fences = KernelVersion::current().is_ok_and(|it| it >= FENCING);
    let said = if fences { FENCED } else { REFUSED };
    (!is_trusted()).then_some(said)
}

/// Whether the kernel spares the programs what it asks of those that it does not trust.
pub(super) fn is_trusted() -> bool {
    has(HELPFUL) || has(Capability::CAP_SYS_ADMIN)
}

/// Gives up every capability but those that loading and attaching take, and the one that spares them fences.
///
/// # Errors
/// [`Failure::Failed`] where the kernel refuses.
pub fn keep_what_is_needed() -> Result<(), Failure> {
    let held = caps::read(None, CapSet::Permitted).map_err(|error| refused(&error))?;
    let useful = NEEDED.into_iter().chain([HELPFUL]);
    let mut kept: CapsHashSet = useful.filter(|it| held.contains(it)).collect();
    if !NEEDED.iter().all(|it| kept.contains(it)) {
        // Then that one contains the others, or nothing would have been begun.
        kept.insert(Capability::CAP_SYS_ADMIN);
    }
    keep(&kept)
}

/// Gives up every capability.
///
/// # Errors
/// As above.
pub fn give_up() -> Result<(), Failure> {
    keep(&CapsHashSet::new())
}

/// The bounding set, which no program that is started can exceed, takes a capability to change that a service
/// does not have.
fn keep(kept: &CapsHashSet) -> Result<(), Failure> {
    let narrow = || {
        if has(Capability::CAP_SETPCAP) {
            for capability in caps::runtime::thread_all_supported().difference(kept) {
                caps::drop(None, CapSet::Bounding, *capability)?;
            }
        }
        caps::clear(None, CapSet::Ambient)?;
        caps::clear(None, CapSet::Inheritable)?;
        caps::set(None, CapSet::Effective, kept)?;
        caps::set(None, CapSet::Permitted, kept)
    };
    narrow().map_err(|error| refused(&error))
}

fn refused(error: &CapsError) -> Failure {
    Failure::Failed(format!("giving up capabilities: {error}"))
}

fn has(capability: Capability) -> bool {
    caps::has_cap(None, CapSet::Effective, capability).unwrap_or(false)
}
