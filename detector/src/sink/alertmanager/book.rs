//! What an Alertmanager is to know, and when it is to hear of it again.
//!
//! Pure: time is an argument. To it an alert *is* its labels: where the range or the kind of ours changes, one set of
//! labels ends and another begins, each raised and cleared under labels that are the same.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::format::{Severity, claim};
use crate::moment::Moment;

/// What ended is said again for so long, in case the peer that heard of it is lost.
const REPEATED: Duration = Duration::from_mins(5);
/// An alert that is not sent again ends by itself after so many times.
const MISSED: u32 = 4;

/// Everything that fires, and what ended lately.
#[derive(Debug)]
pub(super) struct Book {
    resend: Duration,
    capacity: usize,
    entries: BTreeMap<Labels, Entry>,
}

/// What tells alerts apart, and never changes while one lasts.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Labels {
    /// The identity of our own alert is none of them, for it is another one on each gateway and after each block.
    gateway: String,
    kind: String,
    prefix: Option<String>,
}

#[derive(Debug)]
struct Entry {
    /// Our own alert.
    id: String,
    /// When the event that it goes by was told.
    told: Timestamp,
    since: String,
    annotations: Value,
    /// When it ended.
    ended: Option<Timestamp>,
    /// When the peer first heard of the end.
    end_heard: Option<Duration>,
    /// When the peer is to hear of it.
    due: Duration,
}

impl Book {
    /// Nothing yet. No more than `capacity` that ended are kept.
    pub(super) const fn new(resend: Duration, capacity: usize) -> Self {
        Self {
            resend,
            capacity,
            entries: BTreeMap::new(),
        }
    }

    /// Takes note of what `event` says. One that was told before what is known already changes nothing.
    pub(super) fn note(&mut self, event: &Value, now: Moment) {
        let Some(labels) = Labels::of(event) else {
            return;
        };
        let (id, told) = (word(event, "id"), told(event));
        if self
            .entries
            .values()
            .any(|it| it.id == id && it.told > told)
        {
            return;
        }
        let is_over = event["state"] == "resolved";
        if !is_over || !self.entries.contains_key(&labels) {
            self.raise(labels.clone(), event, now);
        }
        for (other, entry) in &mut self.entries {
            if entry.id == id && (is_over || *other != labels) {
                entry.end(told, now);
            }
        }
        self.forget(now);
    }

    /// What the peer is to hear now, as its API takes it.
    pub(super) fn due(&self, now: Moment) -> Vec<Value> {
        let entries = self.entries.iter();
        entries
            .filter(|(_, entry)| entry.due <= now.monotonic)
            .map(|(labels, entry)| self.alert(labels, entry, now))
            .collect()
    }

    /// The peer has heard what was due.
    pub(super) fn sent(&mut self, now: Moment) {
        for entry in self.entries.values_mut() {
            if entry.due <= now.monotonic {
                entry.due = now.monotonic + self.resend;
                if entry.ended.is_some() {
                    entry.end_heard.get_or_insert(now.monotonic);
                }
            }
        }
        self.forget(now);
    }

    /// How long until the peer is to hear something.
    pub(super) fn due_in(&self, now: Moment) -> Option<Duration> {
        let due = self.entries.values().map(|entry| entry.due).min()?;
        Some(due.saturating_sub(now.monotonic))
    }

    fn raise(&mut self, labels: Labels, event: &Value, now: Moment) {
        let known = self.entries.get(&labels);
        let is_news = known.is_none_or(|it| it.ended.is_some() || it.id != word(event, "id"));
        let since = known
            .filter(|it| it.ended.is_none())
            .map(|it| it.since.clone());
        let due = match known {
            Some(known) if !is_news => known.due,
            _ => now.monotonic,
        };
        let entry = Entry {
            id: word(event, "id"),
            told: told(event),
            since: since.unwrap_or_else(|| word(event, "since")),
            annotations: annotations(event),
            ended: None,
            end_heard: None,
            due,
        };
        self.entries.insert(labels, entry);
    }

    fn alert(&self, labels: &Labels, entry: &Entry, now: Moment) -> Value {
        let ends = now.wall.saturating_add(self.resend * MISSED);
        let ends = entry
            .ended
            .unwrap_or_else(|| ends.unwrap_or(Timestamp::MAX));
        json!({
            "labels": labels.written(),
            "annotations": entry.annotations,
            "startsAt": entry.since,
            "endsAt": format!("{ends:.3}"),
        })
    }

    /// What ended, and was said for long enough, is over. Where too much ended and cannot be said, the oldest is.
    fn forget(&mut self, now: Moment) {
        self.entries.retain(|_, entry| {
            let heard = entry.end_heard.map(|at| now.monotonic.saturating_sub(at));
            heard.is_none_or(|for_so_long| for_so_long < REPEATED)
        });
        while self.entries.len() > self.capacity {
            let ended = self.entries.iter().filter(|(_, it)| it.ended.is_some());
            let Some(oldest) = ended
                .min_by_key(|(_, it)| it.ended)
                .map(|(it, _)| it.clone())
            else {
                return;
            };
            self.entries.remove(&oldest);
        }
    }
}

impl Entry {
    const fn end(&mut self, at: Timestamp, now: Moment) {
        self.told = at;
        if self.ended.is_none() {
            self.ended = Some(at);
            self.due = now.monotonic;
        }
    }
}

impl Labels {
    fn of(event: &Value) -> Option<Self> {
        Some(Self {
            gateway: word(&event["observer"], "host"),
            kind: event["kind"].as_str()?.to_owned(),
            prefix: event["prefix"].as_str().map(str::to_owned),
        })
    }

    fn written(&self) -> Value {
        let mut labels = json!({
            "alertname": "RangeBlocking",
            "gateway": self.gateway,
            "kind": self.kind,
        });
        if let Some(prefix) = &self.prefix {
            labels["prefix"] = json!(prefix);
        }
        labels
    }
}

/// What may change while the labels stay: an Alertmanager takes the latest.
fn annotations(event: &Value) -> Value {
    let mut annotations = json!({
        "summary": claim(event),
        "alert_id": event["id"],
        "grade": event["grade"],
        "confidence": event["confidence"].to_string(),
        "severity": match Severity::of(event) {
            Severity::Error => "critical",
            _ => "warning",
        },
        "members": event["members_total"].to_string(),
    });
    if let Some(collateral) = event["collateral"].as_str() {
        annotations["collateral"] = json!(collateral);
    }
    let caveats = event["caveats"].as_array().map_or(&[][..], Vec::as_slice);
    let caveats: Vec<&str> = caveats.iter().filter_map(Value::as_str).collect();
    if !caveats.is_empty() {
        annotations["caveats"] = json!(caveats.join(", "));
    }
    annotations
}

fn told(event: &Value) -> Timestamp {
    word(event, "ts").parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

fn word(event: &Value, key: &str) -> String {
    event[key].as_str().unwrap_or_default().to_owned()
}
