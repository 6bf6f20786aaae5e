//! What was told: alerts read back from the lines that `run` and `replay` wrote.
//!
//! Lines of other versions and of other hands come here: what is missing is left out, text is made printable, and what
//! is no event is counted. Must not know: what becomes of it.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead as _, BufReader, Read},
    path::Path,
};

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{failure::Failure, printable::printable_json};

/// Longest line that is read; an event is under 8 KiB.
const LONGEST: u64 = 1 << 20;

/// Alerts from first to last word, and what was no alert.
#[derive(Clone, Debug, Default)]
pub struct Told {
    stories: BTreeMap<String, Story>,
    /// Other events.
    pub others: u64,
    /// Lines that are no event.
    pub damaged: u64,
}

/// One alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// What was said of it last.
    pub last: Word,
    /// Every range that it was about, in the order in which it was.
    pub ranges: Vec<IpNet>,
    /// Words about it.
    pub words: u64,
}

/// What one line says of an alert.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Word {
    /// Its identity.
    pub id: String,
    /// When it was said.
    pub ts: Timestamp,
    /// `firing`, `update` or `resolved`.
    pub state: String,
    /// By what means.
    pub kind: String,
    /// How sure.
    pub grade: String,
    /// One minus the probability that it is chance.
    #[serde(default)]
    pub confidence: f64,
    /// The range; none where everything fails.
    pub prefix: Option<IpNet>,
    /// Blocked prefixes in it.
    #[serde(default)]
    pub members: Vec<IpNet>,
    /// How many there are.
    #[serde(default)]
    pub members_total: u64,
    /// When the first destination began to fail.
    pub since: Timestamp,
    /// Whose they are.
    pub collateral: Option<String>,
    /// Who saw it.
    #[serde(default)]
    pub observer: Observer,
    /// Why.
    #[serde(default)]
    pub evidence: Evidence,
    /// What limits the view.
    #[serde(default)]
    pub caveats: Vec<String>,
    /// The alert that goes on in its place.
    pub merged_into: Option<String>,
}

/// Who saw it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub struct Observer {
    /// Name of the host.
    pub host: String,
}

/// The numbers behind an alert.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub struct Evidence {
    /// Trials since the range began to fail.
    pub trials: u64,
    /// Those that failed.
    pub failed: u64,
    /// Once-alive hosts that fail.
    pub destinations_failed: u64,
    /// Working prefixes beside it.
    pub ok_witnesses: u64,
    /// The stage most failures had reached.
    pub stage: String,
    /// Failed trials by verdict.
    pub symptoms: BTreeMap<String, u64>,
}

impl Word {
    /// Whether it was the last one.
    pub fn is_resolved(&self) -> bool {
        self.state == "resolved"
    }
}

impl Told {
    /// Reads the events of a file; `-` is stdin.
    ///
    /// # Errors
    /// [`Failure::Failed`] where it cannot be read.
    pub fn read(&mut self, path: &Path) -> Result<(), Failure> {
        let failure = |error: io::Error| {
            let name = path.display();
            Failure::Failed(format!(
                "{name}: {error}; give a file of events, one JSON object a line"
            ))
        };
        if path == Path::new("-") {
            return self.take_in(io::stdin().lock()).map_err(failure);
        }
        self.take_in(File::open(path).map_err(failure)?)
            .map_err(failure)
    }

    /// Takes in lines; what is in them never ends it.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn take_in(&mut self, lines: impl Read) -> io::Result<()> {
        let mut lines = BufReader::new(lines);
        let mut line = Vec::new();
        loop {
            line.clear();
            // What is longer counts as several lines, all of them damaged.
            if (&mut lines).take(LONGEST).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            if !line.trim_ascii().is_empty() {
                self.hear(&line);
            }
        }
        Ok(())
    }

    /// The alerts, in the order in which they began.
    pub fn alerts(&self) -> Vec<&Story> {
        let mut alerts: Vec<&Story> = self.stories.values().collect();
        alerts.sort_by_key(|it| it.last.since);
        alerts
    }

    fn hear(&mut self, line: &[u8]) {
        match serde_json::from_slice::<Value>(line) {
            Ok(event) if event["event"] == "alert" => match read::<Word>(event) {
                Some(word) => self.note(word),
                None => self.damaged += 1,
            },
            Ok(event) if event["event"].is_string() => self.others += 1,
            Ok(_) | Err(_) => self.damaged += 1,
        }
    }

    fn note(&mut self, word: Word) {
        let range = word.prefix;
        let story = self.stories.entry(word.id.clone());
        let story = story.or_insert_with(|| Story {
            last: word.clone(),
            ranges: Vec::new(),
            words: 0,
        });
        // Files may come in any order.
        if word.ts >= story.last.ts {
            story.last = word;
        }
        story.words += 1;
        story
            .ranges
            .extend(range.filter(|it| !story.ranges.contains(it)));
    }
}

/// With all text made printable.
fn read<T: DeserializeOwned>(event: Value) -> Option<T> {
    serde_json::from_value(printable_json(event)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRING: &str = r#"{"schema":"detector/1","event":"alert","ts":"2026-11-22T10:35:20.123Z","id":"A","state":"firing","kind":"syn_blackhole","grade":"suspected","prefix":"198.18.16.0/22","since":"2026-11-22T10:35:11Z"}"#;

    fn told(lines: &[&str]) -> Told {
        let mut told = Told::default();
        told.take_in(lines.join("\n").as_bytes()).unwrap();
        told
    }

    #[test]
    fn the_latest_word_counts_whatever_the_order_of_the_lines() {
        let update = FIRING
            .replace("firing", "update")
            .replace(":20.", ":31.")
            .replace("/22", "/20");
        let resolved = update.replace("update", "resolved").replace(":31.", ":52.");
        for lines in [[FIRING, &update, &resolved], [&resolved, FIRING, &update]] {
            let told = told(&lines);
            let [story] = told.alerts()[..] else {
                panic!("{told:?}")
            };
            assert!(story.last.is_resolved());
            assert_eq!((story.words, story.ranges.len()), (3, 2));
        }
    }

    #[test]
    fn other_events_and_damaged_lines_are_counted_apart() {
        let heartbeat = r#"{"event":"heartbeat","uptime_s":3}"#;
        let told = told(&[
            FIRING,
            heartbeat,
            "",
            "{\"event\":\"alert\"}",
            "half a li",
            "[]",
            "\0",
        ]);
        assert_eq!((told.alerts().len(), told.others, told.damaged), (1, 1, 4));
    }

    #[test]
    fn text_of_an_event_is_made_printable() {
        let told = told(&[&FIRING.replace("syn_blackhole", "\\u001b[31m\\u2028")]);
        assert_eq!(told.alerts()[0].last.kind, "\u{fffd}[31m\u{fffd}");
    }
}
