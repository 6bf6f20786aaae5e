//! The programs that are tried: whether they are there, and short runs of them.

use std::{
    env,
    io::Write as _,
    process::{Command, Output, Stdio},
};

use anyhow::{Context as _, Result, ensure};

pub(crate) const PROMETHEUS: &str = "prometheus";
pub(crate) const ALERTMANAGER: &str = "prometheus-alertmanager";
const TOOLS: [&str; 4] = [PROMETHEUS, ALERTMANAGER, "promtool", "amtool"];

/// Says in one line which of them are not installed, or `None` where all are.
pub(crate) fn missing() -> Option<String> {
    let lacking: Vec<&str> = TOOLS.into_iter().filter(|tool| !is_there(tool)).collect();
    (!lacking.is_empty()).then(|| format!("no {}", lacking.join(", ")))
}

/// Runs `command` with `input`; what it says is in the error where it fails.
pub(crate) fn run(command: &mut Command, input: &str) -> Result<String> {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = piped.stderr(Stdio::piped()).spawn()?;
    let stdin = child.stdin.take().context("no stdin")?;
    // Whoever does not read has said why.
    { stdin }.write_all(input.as_bytes()).ok();
    let output = child.wait_with_output()?;
    let said = said(&output);
    ensure!(output.status.success(), "{command:?}: {said}");
    Ok(said)
}

fn said(output: &Output) -> String {
    let streams = [&output.stdout, &output.stderr];
    streams.map(|it| String::from_utf8_lossy(it)).concat()
}

fn is_there(tool: &str) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders).any(|folder| folder.join(tool).exists())
}
