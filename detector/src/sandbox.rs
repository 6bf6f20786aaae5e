//! What a process can no longer do from here on, whatever takes hold of it: gain rights, reach other files, and make
//! calls that it has no use for.
//!
//! Must not know: which process it is.

mod calls;
mod files;

use std::{fs, path::PathBuf};

use nix::sys::prctl;

pub use self::{calls::Calls, files::Files};
use crate::failure::Failure;

/// Closes the calling process in, for good. It can read what lies below `read` and what every program needs, and write
/// below `write`; files and folders that are not there are left out. Whatever is open stays open.
///
/// Must come before the second thread: the files would not be closed to those that run already.
///
/// # Errors
/// [`Failure::Failed`] where there are more threads, or the kernel refuses.
pub fn enter(read: &[PathBuf], write: &[PathBuf], calls: Calls) -> Result<Files, Failure> {
    let refused = |what: &str, error: String| Failure::Failed(format!("sandbox: {what}: {error}"));
    let threads = fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
    if threads > 1 {
        let others = format!("{} run already", threads - 1);
        return Err(refused("threads", others));
    }
    prctl::set_no_new_privs().map_err(|errno| refused("new privileges", errno.to_string()))?;
    let files =
        files::restrict(read, write).map_err(|error| refused("files", error.to_string()))?;
    calls::restrict(calls).map_err(|error| refused("calls", error.to_string()))?;
    Ok(files)
}
