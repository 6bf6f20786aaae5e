//! Why a hook cannot be had, in one line with the cure.

use std::io;

use aya::programs::{ProgramError, tc::TcError};
use nix::errno::Errno;

use super::Mode;
use crate::{
    failure::Failure,
    kernel::{interfaces::Interface, privilege::CURE},
};

/// Why XDP cannot be attached.
pub(super) fn of_xdp(interface: &Interface, error: &ProgramError, mode: Mode) -> Failure {
    let name = &interface.name;
    match errno(error) {
        _ if is_taken(error) && interface.has_detector() => Failure::Unavailable(format!(
            "{name}: a detector's program is attached ({}); end that one, take over what it pinned with --pin DIR, or \
             use --ingress tc to watch beside it",
            interface.xdp_owner.as_deref().unwrap_or_default()
        )),
        _ if is_taken(error) => Failure::Unavailable(format!(
            "{name}: another XDP program is attached ({}); it stays; use --ingress tc to watch \
             beside it",
            interface
                .xdp_owner
                .as_deref()
                .unwrap_or("its id is not known")
        )),
        Some(Errno::EPERM | Errno::EACCES) => {
            Failure::Permission(format!("{name}: not permitted to attach; {CURE}"))
        }
        _ if mode == Mode::Native => Failure::Unavailable(format!(
            "{name}: the driver has no native XDP ({}); use --mode auto or generic",
            cause(error)
        )),
        _ => Failure::Unavailable(format!(
            "{name}: XDP cannot be attached ({}); try --ingress tc",
            cause(error)
        )),
    }
}

/// Why TC cannot be attached.
pub(super) fn of_tc(interface: &Interface, error: &ProgramError) -> Failure {
    let name = &interface.name;
    match errno(error) {
        Some(Errno::EPERM | Errno::EACCES) => {
            Failure::Permission(format!("{name}: not permitted to attach; {CURE}"))
        }
        _ => Failure::Unavailable(format!("{name}: TC cannot be attached ({})", cause(error))),
    }
}

/// Why what is attached by that name is on another interface.
pub(super) fn renamed(interface: &Interface) -> Failure {
    Failure::Unavailable(format!(
        "{}: it was renamed or removed while it was being attached to; name it as it is called now with --wan",
        interface.name
    ))
}

/// Another program has the hook, in the same mode (`EBUSY`) or in the other one (`EEXIST`).
pub(super) fn is_taken(error: &ProgramError) -> bool {
    matches!(errno(error), Some(Errno::EBUSY | Errno::EEXIST))
}

/// Whether the qdisc is there already.
pub(super) fn is_there(error: &TcError) -> bool {
    match error {
        TcError::AlreadyAttached => true,
        TcError::NetlinkError(error) => error.raw_os_error() == Some(Errno::EEXIST as i32),
        _ => false,
    }
}

fn errno(error: &ProgramError) -> Option<Errno> {
    io_error(error)?.raw_os_error().map(Errno::from_raw)
}

const fn io_error(error: &ProgramError) -> Option<&io::Error> {
    match error {
        ProgramError::SyscallError(error) => Some(&error.io_error),
        _ => None,
    }
}

/// The operating system's words, where they are its own.
pub(super) fn cause(error: &ProgramError) -> String {
    io_error(error).map_or_else(|| error.to_string(), ToString::to_string)
}
