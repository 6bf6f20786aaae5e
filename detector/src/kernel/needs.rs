//! What a kernel must have, found out by trying, since vendors put new features into old releases. Attaches nothing.

use std::{io::ErrorKind, thread};

use aya::{
    maps::{MapData, MapError, MapType},
    programs::ProgramType,
    sys::{BpfHelper, is_helper_supported, is_map_supported},
};
use caps::CapSet;
use nix::sys::utsname::uname;

use crate::failure::Failure;

/// One feature.
struct Need {
    name: &'static str,
    since: &'static str,
    reason: &'static str,
    is_lacking: fn() -> bool,
}

/// A file that is not there.
const NOWHERE: &str = "/nonexistent/detector";

/// From the oldest to the newest.
const NEEDS: [Need; 3] = [
    Need {
        name: "ring buffers",
        since: "5.8",
        reason: "the programs tell of suspicious packets through one",
        is_lacking: || matches!(is_map_supported(MapType::RingBuf), Ok(false)),
    },
    Need {
        name: "bpf_xdp_load_bytes",
        since: "5.18",
        reason: "packets longer than a page reach XDP in pieces",
        is_lacking: lacks_pieces,
    },
    Need {
        name: "maps for processes without CAP_BPF",
        since: "5.19",
        reason: "the daemon reads what the programs count without any capability",
        is_lacking: lacks_maps_without_capability,
    },
];

/// Tries every feature. Where something keeps it from finding out, loading will tell.
///
/// # Errors
/// [`Failure::Unavailable`] names the first that is missing.
pub fn check() -> Result<(), Failure> {
    let lacking = NEEDS.iter().find(|need| (need.is_lacking)());
    lacking.map_or(Ok(()), |need| Err(failure(need)))
}

fn failure(need: &Need) -> Failure {
    let Need {
        name,
        since,
        reason,
        is_lacking: _,
    } = need;
    let release = uname().map_or_else(
        |_| "this kernel".to_owned(),
        |it| format!("Linux {}", it.release().display()),
    );
    Failure::Unavailable(format!(
        "needs {name} (Linux {since}) because {reason}, and {release} has none; boot Linux 6.1 or newer"
    ))
}

fn lacks_pieces() -> bool {
    let helper = BpfHelper::BPF_FUNC_xdp_load_bytes;
    matches!(is_helper_supported(ProgramType::Xdp, helper), Ok(false))
}

/// Where `kernel.unprivileged_bpf_disabled` is set, kernels before 5.19 refuse every call to whoever lacks the
/// capability, before they look at what is asked for; later ones would say here that there is no such file.
fn lacks_maps_without_capability() -> bool {
    if is_refused(NOWHERE) {
        // Whatever refuses it here, it is not the lack of a capability alone.
        return false;
    }
    // Capabilities are a thread's own, and these end with it.
    let attempt =
        thread::spawn(|| caps::clear(None, CapSet::Effective).is_ok() && is_refused(NOWHERE));
    attempt.join().unwrap_or(false)
}

fn is_refused(path: &str) -> bool {
    match MapData::from_pin(path) {
        Err(MapError::SyscallError(error)) => error.io_error.kind() == ErrorKind::PermissionDenied,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_with_its_reason_and_its_cure() {
        for need in &NEEDS {
            let line = failure(need).to_string();
            assert!(
                line.starts_with(&format!(
                    "needs {} (Linux {}) because ",
                    need.name, need.since
                )),
                "{line}"
            );
            assert!(line.ends_with("; boot Linux 6.1 or newer"), "{line}");
            assert!(!line.contains('\n'), "{line}");
        }
    }
}
