//! Who runs this task: root, somebody who may become root without a question, or neither.

use std::{fs, os::unix::fs::MetadataExt as _, process::Command};

use crate::program;

pub(crate) fn is_root() -> bool {
    // The owner of a process' own directory is its effective user.
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

/// A command that runs as root, or nothing where that would need a password.
pub(crate) fn as_root(name: &str) -> Option<Command> {
    if is_root() {
        return Some(program::command(name));
    }
    program::answer(program::command("sudo").args(["-n", "true"]))?;
    let mut sudo = program::command("sudo");
    sudo.args(["-n", name]);
    Some(sudo)
}
