//! File systems that only one test sees.

use std::{path::Path, process::Command};

use anyhow::{Result, ensure};
use nix::sched::{CloneFlags, unshare};

/// Runs `test` where nobody else sees what it mounts: on a thread, whose mounts those that it starts share.
pub(crate) fn among_own_mounts(test: fn() -> Result<()>) -> Result<()> {
    let thread = std::thread::spawn(move || {
        unshare(CloneFlags::CLONE_NEWNS)?;
        mount(Command::new("mount").args(["--make-rprivate", "/"]))?;
        test()
    });
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A disk of that `size` at `place`.
pub(crate) fn in_memory(place: &Path, size: &str) -> Result<()> {
    let size = format!("size={size}");
    mount(
        Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "none"])
            .arg(place),
    )
}

fn mount(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    ensure!(status.success(), "mount ended with {status}");
    Ok(())
}
