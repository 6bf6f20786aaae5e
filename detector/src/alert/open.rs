//! One alert between firing and resolved: what it claims, what it told, and when it tells again.

use std::{collections::BTreeSet, time::Duration};

use ipnet::IpNet;
use ulid::Ulid;

use crate::{
    event::alert::{AlertEvent, Details, State},
    judge::Range,
    moment::Moment,
    observer::Observer,
    traces::Traces,
};

/// At most one update of an alert in this time; a claim that loses a prefix must last as long, so
/// that a range which recovers prefix by prefix does not tell each step.
const UPDATE_GAP: Duration = Duration::from_secs(10);
/// An update that brings only more of the same evidence waits this long.
const EVIDENCE_GAP: Duration = Duration::from_mins(1);
/// A piece that broke off is part of its alert for this long: the time in which every destination
/// in use is tried again.
const SPLIT_GAP: Duration = Duration::from_mins(2);

/// An alert that has fired and is not resolved.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) id: Ulid,
    details: Details,
    since: Moment,
    told: Details,
    told_at: Moment,
    /// Every prefix it ever named, and those of the alerts it absorbed.
    owned: BTreeSet<IpNet>,
    lost_at: Option<Moment>,
    split_at: Option<Moment>,
}

impl Open {
    /// A new alert, where the evidence is enough for one.
    pub(super) fn fire(id: Ulid, range: &Range, traces: &Traces, now: Moment) -> Option<Self> {
        let details = Details::of(range, traces, None)?;
        Some(Self {
            id,
            since: range.since,
            told: details.clone(),
            told_at: now,
            owned: range.members.iter().copied().collect(),
            lost_at: None,
            split_at: None,
            details,
        })
    }

    /// How many prefixes it names.
    pub(super) const fn size(&self) -> usize {
        self.told.members_total
    }

    /// Whether a range is what it is about.
    pub(super) fn owns(&self, range: &Range) -> bool {
        range.kin.iter().any(|net| self.owned.contains(net))
    }

    /// Takes over what another alert was about.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.owned.extend(&other.owned);
    }

    /// Takes in the largest of its ranges, and says whether that is worth an update.
    pub(super) fn follow(&mut self, range: &Range, traces: &Traces, now: Moment) -> bool {
        if let Some(details) = Details::of(range, traces, Some(self.details.grade)) {
            self.details = details;
        }
        self.owned.extend(&range.members);
        if self.loses_what_was_told() {
            self.lost_at.get_or_insert(now);
        } else {
            self.lost_at = None;
        }
        let is_due = self.is_update_due(now);
        if is_due {
            self.told = self.details.clone();
            self.told_at = now;
            self.lost_at = None;
        }
        is_due
    }

    /// Whether pieces that broke off are ranges of their own by now.
    pub(super) fn is_split(&mut self, has_pieces: bool, now: Moment) -> bool {
        if !has_pieces {
            self.split_at = None;
            return false;
        }
        let split_at = *self.split_at.get_or_insert(now);
        now.since(&split_at) >= SPLIT_GAP
    }

    /// Lets go of a piece.
    pub(super) fn release(&mut self, range: &Range) {
        for net in &range.members {
            self.owned.remove(net);
        }
    }

    /// What it tells: always what it told last, but for an update that is due.
    pub(super) fn event(&self, state: State, now: Moment, observer: &Observer) -> AlertEvent {
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

    fn loses_what_was_told(&self) -> bool {
        let members: BTreeSet<&IpNet> = self.details.members.iter().collect();
        !self.told.members.iter().all(|net| members.contains(net))
    }

    fn is_update_due(&self, now: Moment) -> bool {
        let gap = now.since(&self.told_at);
        let is_news = !self.details.is_same_claim(&self.told);
        let is_settled = self
            .lost_at
            .is_none_or(|lost_at| now.since(&lost_at) >= UPDATE_GAP);
        (is_news && is_settled && gap >= UPDATE_GAP)
            || (!is_news && self.details != self.told && gap >= EVIDENCE_GAP)
    }
}
