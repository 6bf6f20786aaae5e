//! The two system tools that build the lab, `ip` and `nft`, fed with scripts. Knows no topology.

use std::io::Write as _;
use std::process::{Child, Command, Output, Stdio};

use anyhow::{Context as _, ensure};

use crate::namespace::Namespace;

/// Runs the lines of `script` as `ip` commands inside `namespace`.
///
/// # Errors
/// Shows what `ip` said and the numbered script.
pub fn ip(namespace: &Namespace, script: &str) -> anyhow::Result<()> {
    feed(namespace, "ip", &["-batch", "-"], script)
}

/// Runs `script` as one transaction of `nft` inside `namespace`.
///
/// # Errors
/// Shows what `nft` said and the numbered script.
pub(crate) fn nft(namespace: &Namespace, script: &str) -> anyhow::Result<()> {
    feed(namespace, "nft", &["-f", "-"], script)
}

fn feed(namespace: &Namespace, program: &str, args: &[&str], script: &str) -> anyhow::Result<()> {
    let child = namespace.spawn(
        Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped()),
    )?;
    let output = converse(child, script).with_context(|| format!("talking to {program}"))?;
    ensure!(
        output.status.success(),
        "{program} {} in the namespace {}: {}\n{}",
        args.join(" "),
        namespace.name(),
        String::from_utf8_lossy(&output.stderr).trim(),
        numbered(script)
    );
    Ok(())
}

fn converse(mut child: Child, script: &str) -> std::io::Result<Output> {
    if let Some(mut stdin) = child.stdin.take() {
        // A tool that ends early says why on stderr; the broken pipe itself says nothing.
        stdin.write_all(script.as_bytes()).ok();
    }
    child.wait_with_output()
}

/// Both tools name the failing line by its number.
fn numbered(script: &str) -> String {
    let lines = (1..).zip(script.lines());
    let numbered: Vec<_> = lines
        .map(|(number, line)| format!("{number:4}  {line}"))
        .collect();
    numbered.join("\n")
}
