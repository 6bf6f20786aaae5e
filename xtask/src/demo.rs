//! Builds the demo and becomes it. The demo owns its arguments; only `--offline` is known here,
//! because it decides whether root and the lab's programs are needed.

use std::{ffi::OsString, process::ExitCode};

use anyhow::Result;

use crate::{hand_over::hand_over, lab, privilege, say, setup};

/// What the detector itself exits with when a permission is missing.
const NO_PERMISSION: u8 = 77;

pub(crate) fn demo(arguments: &[OsString]) -> Result<ExitCode> {
    let live = needs_lab(arguments);
    if live && !privilege::is_root() {
        say::error(
            "the demo builds network namespaces and loads eBPF programs, which needs root: run it \
             as root, or see `cargo xtask demo --offline`",
        );
        return Ok(NO_PERMISSION.into());
    }
    setup::setup()?;
    if live {
        lab::ensure_tools()?;
    }
    hand_over("demo", arguments)
}

fn needs_lab(arguments: &[OsString]) -> bool {
    let harmless = ["--offline", "--help", "-h"];
    !arguments
        .iter()
        .any(|argument| harmless.iter().any(|harmless| argument == harmless))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_offline_demo_does_without_root() {
        let arguments = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert!(needs_lab(&[]));
        assert!(needs_lab(&arguments("--scenario rst")));
        assert!(!needs_lab(&arguments("--scenario rst --offline")));
        assert!(!needs_lab(&arguments("--help")));
    }
}
