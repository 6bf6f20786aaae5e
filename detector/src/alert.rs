//! The life of an alert: one identity from the first sign to the all-clear.
//!
//! Ranges as judged now go in, events come out. Must not know: why a range is blocked, or where
//! an event goes.

mod open;

use std::time::Duration;

use ulid::Ulid;

use self::open::Open;
use crate::{
    event::alert::{AlertEvent, State},
    judge::Range,
    moment::Moment,
    observer::Observer,
    traces::Traces,
};

/// A range that still grows from poll to poll is not told before this time: at the onset of a
/// block the prefixes fail one after the other, and each piece would be an alert.
const SETTLE: Duration = Duration::from_secs(5);

/// All open alerts, the oldest first.
pub struct Alerts {
    open: Vec<Open>,
    /// When something new was first seen that has not fired yet.
    onset: Option<Moment>,
    /// How many prefixes it had a poll ago.
    growing: usize,
    next_id: fn(Moment) -> Ulid,
}

impl Alerts {
    /// No alert yet; `next_id` makes identities.
    pub const fn new(next_id: fn(Moment) -> Ulid) -> Self {
        Self {
            open: Vec::new(),
            onset: None,
            growing: 0,
            next_id,
        }
    }

    /// Number of alerts that are firing.
    pub const fn firing(&self) -> usize {
        self.open.len()
    }

    /// Brings the open alerts in line with the ranges that are blocked now, and with the traces
    /// found there.
    pub fn reconcile(
        &mut self,
        now: Moment,
        ranges: &[Range],
        traces: &Traces,
        observer: &Observer,
    ) -> Vec<AlertEvent> {
        let mut events = self.merge(now, ranges, observer);
        let mut strangers: Vec<&Range> = ranges
            .iter()
            .filter(|range| !self.open.iter().any(|open| open.owns(range)))
            .collect();
        for mut open in std::mem::take(&mut self.open) {
            let own: Vec<&Range> = ranges.iter().filter(|range| open.owns(range)).collect();
            let Some(largest) = own.iter().max_by_key(|range| range.members.len()) else {
                events.push(open.event(State::Resolved, now, observer));
                continue;
            };
            if open.is_split(own.len() > 1, now) {
                for piece in own.iter().filter(|range| range.prefix != largest.prefix) {
                    open.release(piece);
                    strangers.push(piece);
                }
            }
            if open.follow(largest, traces, now) {
                events.push(open.event(State::Update, now, observer));
            }
            self.open.push(open);
        }
        events.extend(self.fire(now, &strangers, traces, observer));
        events
    }

    /// New alerts, once what they are about has stopped growing or had time enough to.
    fn fire(
        &mut self,
        now: Moment,
        ranges: &[&Range],
        traces: &Traces,
        observer: &Observer,
    ) -> Vec<AlertEvent> {
        let new: Vec<Open> = ranges
            .iter()
            .filter_map(|range| Open::fire((self.next_id)(now), range, traces, now))
            .collect();
        let before = self.growing;
        self.growing = new.iter().map(Open::size).sum();
        if new.is_empty() {
            self.onset = None;
            return Vec::new();
        }
        let onset = *self.onset.get_or_insert(now);
        if self.growing > before && now.since(&onset) < SETTLE {
            return Vec::new();
        }
        let events = new
            .iter()
            .map(|open| open.event(State::Firing, now, observer))
            .collect();
        self.growing = 0;
        self.onset = None;
        self.open.extend(new);
        events
    }

    /// Where alerts have become one range, the oldest goes on and says so for the others.
    fn merge(&mut self, now: Moment, ranges: &[Range], observer: &Observer) -> Vec<AlertEvent> {
        let mut events = Vec::new();
        for range in ranges {
            let (heirs, others): (Vec<Open>, Vec<Open>) = std::mem::take(&mut self.open)
                .into_iter()
                .partition(|open| open.owns(range));
            self.open = others;
            let mut heirs = heirs.into_iter();
            if let Some(mut oldest) = heirs.next() {
                for absorbed in heirs {
                    oldest.absorb(&absorbed);
                    events.push(AlertEvent {
                        merged_into: Some(oldest.id),
                        ..absorbed.event(State::Resolved, now, observer)
                    });
                }
                self.open.push(oldest);
            }
        }
        self.open.sort_by_key(|open| open.id);
        events
    }
}

#[cfg(test)]
mod tests;
