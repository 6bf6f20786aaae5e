//! One turn of the watch: snapshot, deltas, judgement, alerts; then what is outdated is forgotten.
//!
//! The same over live maps and over a replay. Must not know: clocks, or where an alert goes.

mod idle;
mod lately;
mod memory;
mod source;
mod worst;

use detector_common::{maps::Loss, time::Nanos, tuning::Tuning};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use self::{
    idle::Idle,
    lately::Lately,
    memory::{Memory, vantage},
};
pub use self::{memory::Remembered, source::Source};
use crate::{
    alert::{Alerts, SavedAlerts, Scene},
    config::Settings,
    event::alert::AlertEvent,
    failure::Failure,
    ignore::Ignore,
    judge::{Judge, SavedJudge},
    moment::{self, Moment},
    names::Names,
    observer::Observer,
    snapshot::{Delta, ROOM, Snapshot, compare, network},
    status::Standing,
    traces::Traces,
};

/// What is judged and told, as it is kept over a restart.
#[derive(Debug, Deserialize, Serialize)]
pub struct Judgement {
    /// When it was.
    #[serde(with = "moment::saved")]
    pub saved_at: Moment,
    judge: SavedJudge,
    alerts: SavedAlerts,
}

/// Everything that lasts from one turn to the next.
pub struct Watch<S> {
    /// Where the counters are.
    pub source: S,
    /// Who watches.
    pub observer: Observer,
    /// Whose addresses are whose.
    pub names: Names,
    /// What is not told.
    pub ignore: Ignore,
    tuning: Tuning,
    judge: Judge,
    alerts: Alerts,
    /// What injectors left behind.
    pub traces: Traces,
    tracked: Snapshot,
    /// Room for what changed by how much, kept from turn to turn.
    deltas: Vec<Delta>,
    losses: [u64; Loss::ALL.len()],
    idle: Idle,
    lately: Lately,
    memory: Memory,
}

impl<S: Source> Watch<S> {
    /// A watch that has seen nothing; `next_id` makes the identities of alerts.
    pub fn new(source: S, tuning: Tuning, observer: Observer, next_id: fn(Moment) -> Ulid) -> Self {
        // Where it grows by itself it takes twice the room.
        let tracked = Snapshot::with_capacity(source.sizes().prefixes as usize);
        Self {
            idle: Idle::new(source.sizes().prefixes),
            memory: Memory::new(source.sizes().destinations),
            lately: Lately::default(),
            source,
            observer,
            names: Names::default(),
            ignore: Ignore::default(),
            tuning,
            judge: Judge::default(),
            alerts: Alerts::new(next_id),
            traces: Traces::new(tuning),
            tracked,
            deltas: Vec::new(),
            losses: [0; Loss::ALL.len()],
        }
    }

    /// The same watch, with what it was told beforehand.
    #[must_use]
    pub fn knowing(mut self, settings: Settings) -> Self {
        self.learn(settings);
        self
    }

    /// Goes by other settings from now on. Rules that stay go on counting.
    pub fn learn(&mut self, settings: Settings) {
        self.names = settings.names;
        self.ignore.replace(settings.ignore);
    }

    /// Takes one turn. `clock` is the time that the source's packets are stamped with.
    ///
    /// # Errors
    /// Those of the source.
    pub fn turn(&mut self, now: Moment, clock: Nanos) -> Result<Vec<AlertEvent>, Failure> {
        self.gather()?;
        // The kernel may refuse this and what is above, and nothing below: a turn that fails has taken no counter in, and
        // the next one has them all. What is lost between here and there is told with the next.
        let is_lossy = self.note_losses()?;
        self.compare(now)?;
        self.lately.note(now, &self.deltas);
        let findings = self.judge.observe(now, &self.deltas, is_lossy);
        let (judge, traces) = (&self.judge, &mut self.traces);
        traces.settle(clock, |prefix| judge.is_suspected(prefix));
        let scene = Scene {
            now,
            traces,
            observer: &self.observer,
        };
        let mut events = self.alerts.reconcile(&findings, &scene, &mut self.ignore);
        self.name(&mut events);
        self.deltas.shrink_to(ROOM);
        self.forget_idle(now)?;
        if self.memory.is_due(now) {
            self.memory.thin(&mut self.source, now, clock)?;
        }
        Ok(events)
    }

    /// Takes in the samples that came since, between two turns too.
    ///
    /// # Errors
    /// Those of the source.
    pub fn gather(&mut self) -> Result<(), Failure> {
        self.traces.take_in(&self.source.samples()?);
        Ok(())
    }

    /// Prefixes that are tracked.
    pub fn prefixes(&self) -> usize {
        self.tracked.len()
    }

    /// Alerts that are firing.
    pub fn firing(&self) -> usize {
        self.alerts.firing()
    }

    /// All of them, in a few words each.
    pub fn standing(&self) -> Vec<Standing> {
        self.alerts.standing()
    }

    /// Those of them that nobody was told of yet, since there were too many.
    pub fn untold(&self) -> usize {
        self.alerts.untold()
    }

    /// What is judged and told so far, for a state file.
    pub fn judgement(&self, now: Moment) -> Judgement {
        Judgement {
            saved_at: now,
            judge: self.judge.save(),
            alerts: self.alerts.save(),
        }
    }

    /// Goes on from what an earlier run judged and told.
    pub fn resume(&mut self, judgement: Judgement) {
        self.judge.restore(judgement.judge);
        self.alerts.restore(judgement.alerts);
    }

    /// Takes back what an earlier run remembered of destinations, as far as it is young and there is room;
    /// says how many that are.
    ///
    /// # Errors
    /// Those of the source.
    pub fn recall(
        &mut self,
        known: Vec<Remembered>,
        now: Moment,
        clock: Nanos,
    ) -> Result<usize, Failure> {
        let known = self.memory.recall(&mut self.source, known, now, clock)?;
        self.source
            .remember_vantage(vantage(&known, &self.tuning))?;
        Ok(known.len())
    }

    /// The destinations that answered.
    ///
    /// # Errors
    /// Those of the source.
    pub fn remembered(&self, now: Moment, clock: Nanos) -> Result<Vec<Remembered>, Failure> {
        self.memory.all(&self.source, now, clock)
    }

    /// The same, once after each thinning, for which they were read anyway.
    pub const fn take_remembered(&mut self) -> Option<Vec<Remembered>> {
        self.memory.left.take()
    }

    /// Finds out what happened to which prefix, one at a time: of what nothing happened to, nothing is kept.
    fn compare(&mut self, now: Moment) -> Result<(), Failure> {
        self.deltas.clear();
        self.source.changes(&mut |changed| {
            self.idle.note(changed.0, now.monotonic);
            self.deltas
                .extend(compare(&mut self.tracked, changed, &self.tuning));
        })?;
        self.deltas.sort_unstable_by_key(|delta| delta.prefix);
        Ok(())
    }

    /// Notes what was lost, and says whether that makes silence of what was none.
    fn note_losses(&mut self) -> Result<bool, Failure> {
        let losses = self.source.losses()?;
        let is_lossy = Loss::distorts(&self.losses, &losses);
        self.observer.is_map_full = Loss::weighs(&losses);
        self.observer.is_lossy = is_lossy;
        self.losses = losses;
        Ok(is_lossy)
    }

    /// Says whose the blocked prefixes are.
    fn name(&self, events: &mut [AlertEvent]) {
        if events.is_empty() {
            return;
        }
        let tracked = self.tracked.keys().map(|key| network(*key, &self.tuning));
        let census = self.names.census(tracked);
        for event in events {
            event.tell_names(census.shares(&event.details.members));
        }
    }

    fn forget_idle(&mut self, now: Moment) -> Result<(), Failure> {
        let is_kept = |key: &_| self.judge.is_held(&network(*key, &self.tuning));
        for key in self.idle.take_expired(now.monotonic, is_kept) {
            self.source.forget_prefix(&key)?;
            self.tracked.swap_remove(&key);
            let prefix = network(key, &self.tuning);
            self.judge.forget(&prefix);
            self.lately.forget(&prefix);
        }
        Ok(())
    }
}

/// A sortable identity with the time of its making in it.
pub fn new_id(now: Moment) -> Ulid {
    Ulid::from_datetime(now.wall.into())
}
