//! The life of an alert: one identity from the first sign to the all-clear.
//!
//! Ranges as judged now go in, events come out. Must not know: why a range is blocked, or where
//! an event goes.

use std::{collections::BTreeSet, time::Duration};

use ipnet::IpNet;
use ulid::Ulid;

use crate::{
    event::alert::{AlertEvent, Details, State},
    judge::Range,
    moment::Moment,
    observer::Observer,
};

/// At most one update of an alert in this time.
const UPDATE_GAP: Duration = Duration::from_secs(10);
/// An update that brings only more of the same evidence waits this long.
const EVIDENCE_GAP: Duration = Duration::from_mins(1);

/// An alert that has fired and is not resolved.
#[derive(Clone, Debug)]
struct Open {
    id: Ulid,
    details: Details,
    since: Moment,
    told: Details,
    told_at: Moment,
}

/// All open alerts.
pub struct Alerts {
    open: Vec<Open>,
    next_id: fn(Moment) -> Ulid,
}

impl Alerts {
    /// No alert yet; `next_id` makes identities.
    pub const fn new(next_id: fn(Moment) -> Ulid) -> Self {
        Self {
            open: Vec::new(),
            next_id,
        }
    }

    /// Number of alerts that are firing.
    pub const fn firing(&self) -> usize {
        self.open.len()
    }

    /// The prefixes that alerts speak of.
    pub fn prefixes(&self) -> impl Iterator<Item = IpNet> {
        self.open.iter().map(|open| open.details.prefix)
    }

    /// Brings the open alerts in line with the ranges that are blocked now.
    pub fn reconcile(
        &mut self,
        now: Moment,
        ranges: &[Range],
        observer: &Observer,
    ) -> Vec<AlertEvent> {
        let before = std::mem::take(&mut self.open);
        let mut matched = BTreeSet::new();
        let mut events = Vec::new();
        for range in ranges {
            let heirs: Vec<&Open> = before
                .iter()
                .filter(|open| is_same(open, range) && matched.insert(open.id))
                .collect();
            if let Some(open) =
                self.follow(now, range, heirs.first().copied(), &mut events, observer)
            {
                for absorbed in heirs.iter().skip(1) {
                    events.push(absorbed.resolve(now, observer, Some(open.id)));
                }
                self.open.push(open);
            }
        }
        for open in before.iter().filter(|open| !matched.contains(&open.id)) {
            events.push(open.resolve(now, observer, None));
        }
        events
    }

    /// The alert of a range: the one it had, or a new one where the evidence is enough.
    fn follow(
        &self,
        now: Moment,
        range: &Range,
        heir: Option<&Open>,
        events: &mut Vec<AlertEvent>,
        observer: &Observer,
    ) -> Option<Open> {
        let details = Details::of(range, heir.map(|open| open.details.grade))?;
        let Some(heir) = heir else {
            let open = Open {
                id: (self.next_id)(now),
                since: range.since,
                told: details.clone(),
                told_at: now,
                details,
            };
            events.push(open.event(State::Firing, now, observer));
            return Some(open);
        };
        let mut open = Open {
            details,
            ..heir.clone()
        };
        if open.is_update_due(now) {
            open.told = open.details.clone();
            open.told_at = now;
            events.push(open.event(State::Update, now, observer));
        }
        Some(open)
    }
}

/// Whether a range is what an alert is about: they share a member.
fn is_same(open: &Open, range: &Range) -> bool {
    open.details
        .members
        .iter()
        .any(|net| range.members.binary_search(net).is_ok())
}

impl Open {
    fn is_update_due(&self, now: Moment) -> bool {
        let gap = now.since(&self.told_at);
        let is_news = !self.details.is_same_claim(&self.told);
        (is_news && gap >= UPDATE_GAP) || (self.details != self.told && gap >= EVIDENCE_GAP)
    }

    /// Tells what was told last: while a range recovers, what is left of it shrinks from poll to
    /// poll, and only an update makes that public.
    fn event(&self, state: State, now: Moment, observer: &Observer) -> AlertEvent {
        AlertEvent {
            id: self.id,
            state,
            details: self.told.clone(),
            since: self.since,
            observer: observer.clone(),
            caveats: observer.caveats(),
            duration: now.since(&self.since),
            merged_into: None,
        }
    }

    fn resolve(&self, now: Moment, observer: &Observer, merged_into: Option<Ulid>) -> AlertEvent {
        AlertEvent {
            merged_into,
            ..self.event(State::Resolved, now, observer)
        }
    }
}

#[cfg(test)]
mod tests;
