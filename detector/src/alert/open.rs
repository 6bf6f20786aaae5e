//! One alert between its first sign and its end: what it claims, what it told, and when it tells
//! again.

use std::{collections::BTreeSet, time::Duration};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::Scene;
use crate::{
    event::alert::{AlertEvent, Details, State},
    ignore::Ignore,
    judge::range::Range,
    moment::{self, Moment},
    status::Standing,
};

/// At most one update of an alert in this time; a claim that loses a prefix must last as long, so
/// that a range which recovers prefix by prefix does not tell each step.
const UPDATE_GAP: Duration = Duration::from_secs(10);
/// An update that brings only more of the same evidence waits this long.
const EVIDENCE_GAP: Duration = Duration::from_mins(1);
/// A piece that broke off is part of its alert for this long: the time in which every destination
/// in use is tried again.
const SPLIT_GAP: Duration = Duration::from_mins(2);
/// Without a trial for this long nobody knows: that is no all-clear.
const STALE: Duration = Duration::from_hours(6);
/// An alert that is not resolved.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Open {
    pub(super) id: Ulid,
    pub(super) details: Details,
    #[serde(with = "moment::saved")]
    since: Moment,
    told: Option<Told>,
    /// Every prefix it ever named, and those of the alerts it absorbed.
    owned: BTreeSet<IpNet>,
    #[serde(with = "moment::optional")]
    lost_at: Option<Moment>,
    #[serde(with = "moment::optional")]
    split_at: Option<Moment>,
    #[serde(with = "moment::saved")]
    last_trial: Moment,
    is_stale: bool,
    /// Kept out by a rule, and counted there.
    #[serde(skip)]
    is_ignored: bool,
}

/// What was told last.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Told {
    details: Details,
    #[serde(with = "moment::saved")]
    at: Moment,
    is_stale: bool,
}

impl Open {
    /// A new alert, where the evidence is enough for one.
    pub(super) fn begin(id: Ulid, range: &Range, scene: &Scene<'_>) -> Option<Self> {
        Some(Self {
            id,
            details: Details::of(range, scene.traces, None)?,
            since: range.since,
            told: None,
            owned: range.members.iter().copied().collect(),
            lost_at: None,
            split_at: None,
            last_trial: scene.now,
            is_stale: false,
            is_ignored: false,
        })
    }

    /// Its place among all, the oldest first; the wall clock, which is in identities, may have
    /// been set back.
    pub(super) const fn age(&self) -> (Duration, Ulid) {
        (self.since.monotonic, self.id)
    }

    /// How many prefixes it names.
    pub(super) const fn size(&self) -> usize {
        self.details.members_total
    }

    /// Whether anybody has heard of it.
    pub(super) const fn is_told(&self) -> bool {
        self.told.is_some()
    }

    /// Whether a rule keeps it out.
    pub(super) const fn is_ignored(&self) -> bool {
        self.is_ignored
    }

    /// Whether somebody waits to hear of it.
    pub(super) const fn is_untold(&self) -> bool {
        self.told.is_none() && !self.is_ignored
    }

    /// Asks the rules. They count it once, and what was told once is told to its end.
    pub(super) fn heed(&mut self, ignore: &mut Ignore, now: Moment) {
        let Some(prefix) = self.details.prefix.filter(|_| self.told.is_none()) else {
            return;
        };
        let is_covered = ignore.covers(self.details.kind, &prefix, now.wall);
        if is_covered && !self.is_ignored {
            ignore.count(self.details.kind, &prefix, now.wall);
        }
        self.is_ignored = is_covered;
    }

    /// The prefixes that it is about.
    pub(super) fn owned(&self) -> impl Iterator<Item = &IpNet> {
        self.owned.iter()
    }

    /// Takes over what another alert was about.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.owned.extend(&other.owned);
    }

    /// Takes in the largest of its ranges.
    pub(super) fn follow(&mut self, range: &Range, scene: &Scene<'_>) {
        let trials = self.details.evidence.trials;
        if let Some(details) = Details::of(range, scene.traces, Some(self.details.grade)) {
            self.details = details;
        }
        self.owned.extend(&range.members);
        if self.details.evidence.trials != trials {
            self.last_trial = scene.now;
        }
        self.is_stale = scene.now.since(&self.last_trial) >= STALE;
        if self.loses_what_was_told() {
            self.lost_at.get_or_insert(scene.now);
        } else {
            self.lost_at = None;
        }
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

    /// Lets go of a piece, and of all that would bring it back.
    pub(super) fn release(&mut self, range: &Range) {
        for net in &range.kin {
            self.owned.remove(net);
        }
    }

    /// Whether there is something new to tell, and it is time to.
    pub(super) fn is_update_due(&self, now: Moment) -> bool {
        let Some(told) = &self.told else {
            return false;
        };
        let gap = now.since(&told.at);
        let is_news = !self.details.is_same_claim(&told.details) || self.is_stale != told.is_stale;
        let is_settled = self
            .lost_at
            .is_none_or(|lost_at| now.since(&lost_at) >= UPDATE_GAP);
        (is_news && is_settled && gap >= UPDATE_GAP)
            || (!is_news && self.details != told.details && gap >= EVIDENCE_GAP)
    }

    /// How things stand.
    pub(super) fn standing(&self) -> Standing {
        let told = self.told.as_ref();
        Standing {
            is_told: told.is_some(),
            told_prefix: told.and_then(|told| told.details.prefix),
            ..self.details.standing(self.id, &self.since)
        }
    }

    /// Tells how things stand.
    pub(super) fn tell(&mut self, scene: &Scene<'_>) -> AlertEvent {
        let state = match self.told {
            None => State::Firing,
            Some(_) => State::Update,
        };
        self.lost_at = None;
        self.told = Some(Told {
            details: self.details.clone(),
            at: scene.now,
            is_stale: self.is_stale,
        });
        self.event(state, self.details.clone(), scene)
    }

    /// Tells its end, of what it told last.
    pub(super) fn end(&self, scene: &Scene<'_>) -> Option<AlertEvent> {
        let told = self.told.as_ref()?;
        Some(self.event(State::Resolved, told.details.clone(), scene))
    }

    fn event(&self, state: State, details: Details, scene: &Scene<'_>) -> AlertEvent {
        let mut caveats = scene.observer.caveats();
        if self.is_stale {
            caveats.push("stale");
        }
        AlertEvent {
            id: self.id,
            state,
            details,
            since: self.since,
            names: Vec::new(),
            collateral: None,
            observer: scene.observer.clone(),
            caveats,
            duration: scene.now.since(&self.since),
            merged_into: None,
        }
    }

    fn loses_what_was_told(&self) -> bool {
        let members = &self.details.members;
        self.told.as_ref().is_some_and(|told| {
            let mut told = told.details.members.iter();
            !told.all(|net| members.binary_search(net).is_ok())
        })
    }
}
