//! The life of an alert: one identity from the first sign to the all-clear.
//!
//! What is found now goes in, events come out. Must not know: why a range is blocked, or where
//! an event goes.

mod budget;
mod open;
mod owners;
mod trouble;

use std::{cmp::Reverse, time::Duration};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use self::{budget::Budget, open::Open, owners::Owners, trouble::OpenTrouble};
use crate::{
    event::alert::{AlertEvent, State},
    ignore::Ignore,
    judge::{Findings, outage::Trouble, range::Range},
    moment::Moment,
    observer::Observer,
    status::Standing,
    traces::Traces,
};

/// A range that still grows from poll to poll is not told before this time: at the onset of a
/// block the prefixes fail one after the other, and each piece would be an alert.
const SETTLE: Duration = Duration::from_secs(5);

/// What an event says beside the finding itself.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The time.
    pub now: Moment,
    /// What injectors left behind.
    pub traces: &'a Traces,
    /// Who sees it.
    pub observer: &'a Observer,
}

/// All open alerts, the oldest first.
pub struct Alerts {
    open: Vec<Open>,
    /// Over, and not yet told to be.
    ending: Vec<(Open, Option<Ulid>)>,
    trouble: Option<OpenTrouble>,
    /// When something new was first seen that is not settled yet.
    onset: Option<Moment>,
    /// How many prefixes it had a poll ago.
    growing: usize,
    budget: Budget,
    next_id: fn(Moment) -> Ulid,
}

/// The open alerts as they are kept over a restart.
#[derive(Debug, Deserialize, Serialize)]
pub struct SavedAlerts {
    open: Vec<Open>,
    ending: Vec<(Open, Option<Ulid>)>,
    trouble: Option<OpenTrouble>,
}

impl Alerts {
    /// No alert yet; `next_id` makes identities.
    pub fn new(next_id: fn(Moment) -> Ulid) -> Self {
        Self {
            open: Vec::new(),
            ending: Vec::new(),
            trouble: None,
            onset: None,
            growing: 0,
            budget: Budget::default(),
            next_id,
        }
    }

    /// Number of alerts that are firing, told or not, without those that a rule keeps out.
    pub fn firing(&self) -> usize {
        let open = self.open.iter().filter(|open| !open.is_ignored()).count();
        open + usize::from(self.trouble.is_some())
    }

    /// All that are firing: the trouble of our own uplink first, then the oldest first.
    pub fn standing(&self) -> Vec<Standing> {
        let open = self.open.iter().filter(|open| !open.is_ignored());
        let trouble = self.trouble.iter().map(OpenTrouble::standing);
        trouble.chain(open.map(Open::standing)).collect()
    }

    /// Number of those that nobody was told of yet, since there were too many.
    pub fn untold(&self) -> usize {
        self.open.iter().filter(|open| open.is_untold()).count()
    }

    /// What is to be kept over a restart.
    pub fn save(&self) -> SavedAlerts {
        SavedAlerts {
            open: self.open.clone(),
            ending: self.ending.clone(),
            trouble: self.trouble.clone(),
        }
    }

    /// Goes on from what was kept.
    pub fn restore(&mut self, saved: SavedAlerts) {
        self.open = saved.open;
        self.ending = saved.ending;
        self.trouble = saved.trouble;
    }

    /// Brings the open alerts in line with what is found now.
    pub fn reconcile(
        &mut self,
        findings: &Findings,
        scene: &Scene<'_>,
        ignore: &mut Ignore,
    ) -> Vec<AlertEvent> {
        let mut events = self.follow_trouble(findings.trouble.as_ref(), scene);
        let owners = self.merge(&findings.ranges);
        let strangers = self.follow(&findings.ranges, &owners, scene);
        self.begin(&strangers, scene);
        self.open
            .iter_mut()
            .for_each(|open| open.heed(ignore, scene.now));
        self.budget.spend(scene.now, events.len());
        events.extend(self.tell(scene));
        events
    }

    fn follow_trouble(&mut self, trouble: Option<&Trouble>, scene: &Scene<'_>) -> Vec<AlertEvent> {
        let mut events = Vec::new();
        if let Some(open) = self.trouble.take_if(|open| !open.is_still(trouble)) {
            events.push(open.event(State::Resolved, scene));
        }
        match (&mut self.trouble, trouble) {
            (Some(open), Some(trouble)) => open.follow(trouble),
            (None, Some(trouble)) => {
                let open = OpenTrouble::begin((self.next_id)(scene.now), trouble);
                events.push(open.event(State::Firing, scene));
                self.trouble = Some(open);
            }
            (_, None) => {}
        }
        events
    }

    /// Where alerts have become one range, the oldest goes on and says so for the others.
    /// Returns whose the ranges are then.
    fn merge(&mut self, ranges: &[Range]) -> Owners {
        self.open.sort_by_key(Open::age);
        let mut owners = Owners::of(&self.open);
        let before = self.open.len();
        let mut open: Vec<Option<Open>> = self.open.drain(..).map(Some).collect();
        for range in ranges {
            let mut heirs = owners.all(range).into_iter();
            let Some(place) = heirs.next() else {
                continue;
            };
            let absorbed: Vec<Open> = heirs.filter_map(|heir| open[heir].take()).collect();
            for absorbed in absorbed {
                owners.pass(&absorbed, place);
                if let Some(oldest) = &mut open[place] {
                    oldest.absorb(&absorbed);
                    self.ending.push((absorbed, Some(oldest.id)));
                }
            }
        }
        self.open.extend(open.into_iter().flatten());
        if self.open.len() < before {
            owners = Owners::of(&self.open);
        }
        owners
    }

    /// Follows each open alert, and returns the ranges that no alert is about.
    fn follow<'a>(
        &mut self,
        ranges: &'a [Range],
        owners: &Owners,
        scene: &Scene<'_>,
    ) -> Vec<&'a Range> {
        let mut own: Vec<Vec<&Range>> = vec![Vec::new(); self.open.len()];
        let mut strangers = Vec::new();
        for range in ranges {
            match owners.one(range) {
                Some(place) => own[place].push(range),
                None => strangers.push(range),
            }
        }
        for (mut open, own) in std::mem::take(&mut self.open).into_iter().zip(own) {
            let Some(largest) = own.iter().max_by_key(|range| range.members.len()) else {
                self.ending.push((open, None));
                continue;
            };
            if open.is_split(own.len() > 1, scene.now) {
                for piece in own.iter().filter(|range| range.prefix != largest.prefix) {
                    open.release(piece);
                    strangers.push(piece);
                }
            }
            open.follow(largest, scene);
            self.open.push(open);
        }
        strangers
    }

    /// New alerts, once what they are about has stopped growing or had time enough to.
    fn begin(&mut self, ranges: &[&Range], scene: &Scene<'_>) {
        let now = scene.now;
        let new: Vec<Open> = ranges
            .iter()
            .filter_map(|range| Open::begin((self.next_id)(now), range, scene))
            .collect();
        let before = self.growing;
        self.growing = new.iter().map(Open::size).sum();
        if new.is_empty() {
            self.onset = None;
            return;
        }
        let onset = *self.onset.get_or_insert(now);
        if self.growing > before && now.since(&onset) < SETTLE {
            return;
        }
        self.growing = 0;
        self.onset = None;
        self.open.extend(new);
    }

    /// Tells what there is to tell, as far as it may: ends first, then what nobody has heard of
    /// yet, the largest first, then what has changed.
    fn tell(&mut self, scene: &Scene<'_>) -> Vec<AlertEvent> {
        let left = self.budget.left(scene.now);
        let mut events = self.tell_ends(left, scene);
        let mut due: Vec<&mut Open> = self
            .open
            .iter_mut()
            .filter(|open| open.is_untold() || open.is_update_due(scene.now))
            .collect();
        due.sort_by_key(|open| (open.is_told(), Reverse(open.size())));
        let due = due.into_iter().take(left - events.len());
        events.extend(due.map(|open| open.tell(scene)));
        self.budget.spend(scene.now, events.len());
        events
    }

    fn tell_ends(&mut self, left: usize, scene: &Scene<'_>) -> Vec<AlertEvent> {
        self.ending.retain(|(open, _)| open.is_told());
        let now = self.ending.len().min(left);
        let ends = self.ending.drain(..now);
        let told = ends.filter_map(|(open, merged_into)| {
            let end = open.end(scene)?;
            Some(AlertEvent { merged_into, ..end })
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests;
