//! The system tools that build the lab, fed with scripts. Knows no topology.

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
    let output = talk(child, script).with_context(|| format!("talking to {program}"))?;
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

/// Runs a tool where the caller is, with `input` on its stdin, and returns what it prints.
///
/// # Errors
/// Shows what the tool said.
pub fn converse(command: &mut Command, input: &str) -> anyhow::Result<String> {
    let name = command.get_program().display().to_string();
    let piped = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = piped.spawn().with_context(|| format!("starting {name}"))?;
    let output = talk(child, input).with_context(|| format!("talking to {name}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name}: {}", errors.trim());
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn talk(mut child: Child, script: &str) -> std::io::Result<Output> {
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
