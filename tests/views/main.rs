//! The commands that show, as somebody without root uses them: the real binary, beside a socket that says what a
//! detector would.

mod doctor;
mod lists;
mod status;
mod terminal;
mod top;

use std::{path::Path, process::Command};

use anyhow::Result;
use detector_tests::program;

/// What a command said: its exit code, stdout and stderr.
type Said = (Option<i32>, String, String);

/// Runs the detector, asking for a backtrace, so that the lack of one is its own doing.
fn run(arguments: &[&str]) -> Result<Said> {
    let output = command(arguments)?.output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    ))
}

fn command(arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(program::detector()?);
    command.args(arguments).env("RUST_BACKTRACE", "1");
    Ok(command)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}
