//! Running the replay, and reading what it said.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
};

use anyhow::{Context as _, Error, Result, ensure};
use detector_tests::{contract, program};
use serde_json::Value;
use tempfile::TempDir;

/// What a replay said and how it ended.
pub(crate) struct Told {
    pub(crate) code: Option<i32>,
    pub(crate) events: Vec<Value>,
    pub(crate) stderr: String,
}

impl Told {
    pub(crate) fn of(output: &Output) -> Result<Self> {
        let lines = output.stdout.split(|octet| *octet == b'\n');
        let events = lines
            .filter(|line| !line.is_empty())
            .map(|line| contract::check(&String::from_utf8_lossy(line)).map_err(Error::msg));
        let told = Self {
            code: output.status.code(),
            events: events.collect::<Result<_>>()?,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        ensure!(!told.stderr.contains("panicked"), "{}", told.stderr);
        Ok(told)
    }

    /// The lines of connections.
    pub(crate) fn flows(&self) -> Vec<&Value> {
        let flows = self.events.iter().filter(|event| event["event"] == "flow");
        flows.collect()
    }

    /// Ends and verdict of every connection.
    pub(crate) fn outcomes(&self) -> Vec<[&str; 3]> {
        let flows = self.flows().into_iter();
        let keys = ["local", "remote", "verdict"];
        flows
            .map(|flow| keys.map(|key| flow[key].as_str().unwrap_or_default()))
            .collect()
    }

    /// The last line, which must be the summary.
    pub(crate) fn summary(&self) -> Result<&Value> {
        let last = self.events.last().context("nothing was said")?;
        ensure!(last["event"] == "summary", "the last line is {last}");
        Ok(last)
    }
}

/// A folder with captures in it.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self(TempDir::new()?))
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.0.path().join(name);
        fs::write(&path, bytes)?;
        Ok(path)
    }
}

/// Replays one capture with a line for each connection.
pub(crate) fn flows(capture: &[u8]) -> Result<Told> {
    let folder = Folder::new()?;
    let path = folder.file("capture", capture)?;
    replay(&["--flows"], &[&path])
}

pub(crate) fn replay(options: &[&str], files: &[&Path]) -> Result<Told> {
    Told::of(&command(options)?.args(files).output()?)
}

/// Hands `input` over on stdin.
pub(crate) fn replay_stdin(options: &[&str], input: &[u8]) -> Result<Told> {
    let mut child = command(options)?
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("no stdin")?;
    let output = thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output()
    })?;
    Told::of(&output)
}

pub(crate) fn command(options: &[&str]) -> Result<Command> {
    let mut command = Command::new(program::detector()?);
    command.arg("replay").args(options);
    command.env_remove("RUST_LOG").env("RUST_BACKTRACE", "1");
    Ok(command)
}
