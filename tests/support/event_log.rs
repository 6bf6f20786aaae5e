//! What a program has printed so far: its events with the time of their arrival, and its log lines. Knows
//! nothing of processes, nor what an event means.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read};
use std::process::ExitStatus;
use std::time::Instant;

use serde_json::Value;

use crate::{contract, watched::Watched};

/// How much of the past an error shows.
const SHOWN: usize = 20;

/// An event, and when its line was read.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The line of stdout, parsed.
    pub event: Value,
    /// When it arrived.
    pub at: Instant,
}

/// Everything observed of one process.
#[derive(Debug, Default)]
pub(crate) struct EventLog {
    pub(crate) observations: Vec<Observation>,
    pub(crate) log_lines: Vec<String>,
    /// What is wrong with the first line of stdout that was no event.
    pub(crate) malformed: Option<String>,
    /// Streams, stdout and stderr, that have ended.
    pub(crate) ended_streams: u8,
    pub(crate) exit: Option<ExitStatus>,
}

impl EventLog {
    /// Nothing more will come.
    pub(crate) const fn is_complete(&self) -> bool {
        self.exit.is_some() && self.ended_streams == 2
    }

    /// The end of the log, for an error message.
    pub(crate) fn tail(&self) -> String {
        let mut text = match (&self.exit, &self.malformed) {
            (_, Some(line)) => format!("a line of stdout is no event: {line}\n"),
            (Some(status), None) => format!("the process has ended: {status}\n"),
            (None, None) => String::new(),
        };
        append(
            &mut text,
            "events",
            self.observations.iter().map(|seen| seen.event.to_string()),
        );
        append(&mut text, "stderr", self.log_lines.iter().cloned());
        text
    }

    fn record_event(&mut self, line: String) {
        let at = Instant::now();
        match parse(line) {
            Ok(event) => self.observations.push(Observation { event, at }),
            Err(complaint) => self.malformed = self.malformed.take().or(Some(complaint)),
        }
    }
}

/// Whoever names the contract keeps it.
fn parse(line: String) -> Result<Value, String> {
    match serde_json::from_str(&line) {
        Ok(Value::Object(event)) if event.contains_key("schema") => contract::check(&line),
        Ok(event @ Value::Object(_)) => Ok(event),
        Ok(_) | Err(_) => Err(line),
    }
}

/// Reads events until the stream ends.
pub(crate) fn collect_events(stdout: impl Read, log: &Watched<EventLog>) {
    collect(stdout, log, EventLog::record_event);
}

/// Reads log lines until the stream ends.
pub(crate) fn collect_log(stderr: impl Read, log: &Watched<EventLog>) {
    collect(stderr, log, |log, line| log.log_lines.push(line));
}

fn collect(stream: impl Read, log: &Watched<EventLog>, record: fn(&mut EventLog, String)) {
    // Bytes that are no text must show up as a malformed line, not end the reading.
    for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        log.update(|log| record(log, line));
    }
    log.update(|log| log.ended_streams += 1);
}

fn append(text: &mut String, title: &str, lines: impl ExactSizeIterator<Item = String>) {
    let skipped = lines.len().saturating_sub(SHOWN);
    // Writing to a string does not fail.
    writeln!(text, "last {title} ({skipped} earlier ones not shown):").ok();
    for line in lines.skip(skipped) {
        writeln!(text, "  {line}").ok();
    }
}
