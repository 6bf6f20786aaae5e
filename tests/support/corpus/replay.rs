//! Running `detector replay --flows` over a capture, and reading its lines.

use std::{net::SocketAddr, process::Command};

use anyhow::{Context as _, Result, ensure};
use detector_common::verdict::Verdict;
use jiff::Timestamp;
use serde_json::Value;

use super::captures::Captures;
use crate::program;

/// How a replay of one capture ended.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Its name among the captures.
    pub file: String,
    /// 0 where it was read.
    pub code: Option<i32>,
    /// Its connections, in the order told.
    pub flows: Vec<Flow>,
    /// All its lines.
    pub told: String,
    /// What it wrote to stderr.
    pub complaints: String,
}

/// A connection, as told.
#[derive(Clone, Debug)]
pub struct Flow {
    /// The capture it is in.
    pub file: String,
    /// When it began.
    pub begun: Timestamp,
    /// Our end.
    pub local: SocketAddr,
    /// The other end.
    pub remote: SocketAddr,
    /// What ended it.
    pub verdict: Verdict,
    /// The line in full.
    pub line: Value,
}

/// Replays every capture on the host.
///
/// # Errors
/// Those of [`replay`].
pub fn all(captures: &Captures) -> Result<Vec<Replay>> {
    captures.each(|name| replay(captures, name, &[]))
}

/// Replays the capture `name`.
///
/// # Errors
/// When the detector has not been built, or says what is no event.
pub fn replay(captures: &Captures, name: &str, options: &[&str]) -> Result<Replay> {
    let mut command = Command::new(program::detector()?);
    command.args(["replay", "--flows"]).args(options);
    command.arg(captures.path(name)).env_remove("RUST_LOG");
    let output = command.output().context("running the detector")?;
    let told = String::from_utf8(output.stdout)?;
    Ok(Replay {
        file: name.to_owned(),
        code: output.status.code(),
        flows: flows(name, &told).with_context(|| name.to_owned())?,
        told,
        complaints: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// The connections among the lines that a replay of `file` told.
///
/// # Errors
/// When a line is no event.
pub fn flows(file: &str, told: &str) -> Result<Vec<Flow>> {
    let mut flows = Vec::new();
    for line in told.lines() {
        let line: Value = serde_json::from_str(line).context("a line that is no JSON")?;
        if line["event"] == "flow" {
            flows.push(flow(file, line)?);
        }
    }
    Ok(flows)
}

fn flow(file: &str, line: Value) -> Result<Flow> {
    let text = |key: &str| {
        line[key]
            .as_str()
            .with_context(|| format!("no {key}: {line}"))
    };
    let named = |name: &str| Verdict::ALL.into_iter().find(|it| it.name() == name);
    Ok(Flow {
        file: file.to_owned(),
        begun: text("ts")?.parse()?,
        local: text("local")?.parse()?,
        remote: text("remote")?.parse()?,
        verdict: named(text("verdict")?).with_context(|| format!("unknown verdict: {line}"))?,
        line,
    })
}

impl Replay {
    /// Read to its end, or refused in one line; a panic is neither.
    ///
    /// # Errors
    /// When it ended in another way.
    pub fn ended_in_order(&self) -> Result<()> {
        let Self {
            file,
            code,
            complaints,
            ..
        } = self;
        ensure!(!complaints.contains("panicked"), "{file}: {complaints}");
        match code {
            Some(0) => Ok(()),
            Some(1) if complaints.lines().count() == 1 => Ok(()),
            _ => anyhow::bail!("{file} ended with {code:?}: {complaints}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: &str = r#"{"event":"flow","ts":"2025-03-24T15:12:54.982Z","local":"192.0.2.1:4","remote":"192.0.2.2:443","verdict":"data_cutoff"}"#;

    #[test]
    fn connections_are_read_among_other_lines() {
        let told = format!("{{\"event\":\"alert\"}}\n{FLOW}\n{{\"event\":\"summary\"}}\n");
        let flows = flows("a.pcap", &told).unwrap();
        let [flow] = &flows[..] else {
            panic!("one flow")
        };
        assert_eq!(flow.begun.as_millisecond(), 1_742_829_174_982);
        assert_eq!(
            (flow.verdict, flow.remote.port()),
            (Verdict::DataCutoff, 443)
        );
    }

    #[test]
    fn a_verdict_that_nobody_knows_is_no_verdict() {
        let error = flows("a.pcap", &FLOW.replace("data_cutoff", "guessed")).unwrap_err();
        assert!(error.to_string().starts_with("unknown verdict"), "{error}");
    }

    #[test]
    fn a_refusal_takes_one_line() {
        let ended = |code, complaints: &str| Replay {
            file: String::new(),
            code,
            flows: Vec::new(),
            told: String::new(),
            complaints: complaints.to_owned(),
        };
        assert!(ended(Some(0), "").ended_in_order().is_ok());
        assert!(ended(Some(1), "no capture\n").ended_in_order().is_ok());
        assert!(
            ended(Some(1), "no capture\nbecause\n")
                .ended_in_order()
                .is_err()
        );
        assert!(
            ended(Some(0), "thread 'main' panicked")
                .ended_in_order()
                .is_err()
        );
        assert!(ended(None, "").ended_in_order().is_err());
    }
}
