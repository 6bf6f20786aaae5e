//! One turn of the loop: the watch's own, then what is to be kept, then signs of life.

use std::time::{Duration, Instant};

use tracing::info;

use super::{
    clock::kernel_clock, patience::Patience, published::Published, signs::Signs, vitals::Vitals,
};
use crate::{
    config::{Config, Settings},
    event::Body,
    failure::Failure,
    kernel::{attach::Attached, maps::Maps},
    moment::Moment,
    sink::{Delivery, Sinks, Tell as _},
    state::{Keeper, StateDir},
    status::Status,
    watch::{Judgement, Remembered, Watch},
};

/// The state file of the destinations that answered.
const DESTINATIONS: &str = "destinations.json";
/// The state file of what is judged and told.
const JUDGEMENT: &str = "judgement.json";
/// How often the latter is written without news.
const KEPT: Duration = Duration::from_mins(1);

/// What an earlier run left.
pub(super) struct Kept {
    destinations: Option<Vec<Remembered>>,
    judgement: Option<Judgement>,
}

/// Everything that lasts from one turn to the next.
pub(super) struct Poll {
    watch: Watch<Maps>,
    vitals: Vitals,
    signs: Signs,
    /// How things stand, after each poll anew.
    pub(super) published: Published,
    state: Option<StateDir>,
    judgement: Keeper,
    /// With maps that cannot be read: by the watch, and for the status.
    turns: Patience,
    readings: Patience,
}

impl Poll {
    /// Goes on from what an earlier run left in `state`; `now` must not be before any moment of it.
    pub(super) fn resume(
        mut watch: Watch<Maps>,
        state: Option<StateDir>,
        kept: Kept,
        mut vitals: Vitals,
        now: Moment,
    ) -> Result<Self, Failure> {
        if let Some(known) = kept.destinations {
            let count = watch.recall(known, now, kernel_clock()?)?;
            info!("{count} destinations are remembered from before the restart");
        }
        if let Some(judgement) = kept.judgement {
            watch.resume(judgement);
            info!("{} alerts go on from before the restart", watch.firing());
        }
        vitals.measure(now, &watch.source);
        let published = Published::new(vitals.status(now, &watch)?);
        Ok(Self {
            watch,
            published,
            vitals,
            signs: Signs::new(),
            state,
            judgement: Keeper::every(KEPT),
            turns: Patience::default(),
            readings: Patience::default(),
        })
    }

    /// One turn of the loop.
    pub(super) fn tick(&mut self, now: Moment, sinks: &mut Sinks) -> Result<Delivery, Failure> {
        let begun = Instant::now();
        let expired = self.watch.ignore.take_expired(now.wall);
        if sinks.tell_all(&now.wall, expired.iter().map(Body::Config))? == Delivery::Closed {
            return Ok(Delivery::Closed);
        }
        let turn = self.watch.turn(now, kernel_clock()?);
        let Some(alerts) = self.turns.with(turn)? else {
            return Ok(Delivery::Written);
        };
        if sinks.tell_all(&now.wall, alerts.iter().map(Body::Alert))? == Delivery::Closed {
            return Ok(Delivery::Closed);
        }
        self.vitals.note_told(&alerts);
        self.keep(now, !alerts.is_empty());
        self.vitals.measure(now, &self.watch.source);
        self.vitals.look(now, &self.watch, self.published.is_read());
        self.vitals.note_poll(begun.elapsed());
        let Some(status) = self.status(now, sinks)? else {
            return Ok(Delivery::Written);
        };
        let delivery = self.signs.give(now, &status, sinks);
        self.published.publish(status);
        delivery
    }

    /// Goes by what was read again, if it could be.
    pub(super) fn reload(
        &mut self,
        now: Moment,
        read: Result<(Config, Settings), Failure>,
        sinks: &mut Sinks,
    ) -> Result<Delivery, Failure> {
        let event = match read {
            Ok((config, settings)) => {
                self.watch.learn(settings);
                self.vitals.reloaded(now, config)
            }
            Err(failure) => self.vitals.rejected(&failure),
        };
        sinks.reopen();
        if let Some(status) = self.status(now, sinks)? {
            self.published.publish(status);
        }
        sinks.tell(&now.wall, Body::Config(&event))
    }

    /// Tells what still fires from before a restart, where that is wanted.
    pub(super) fn recall(&self, sinks: &Sinks) {
        let status = self.published.latest();
        sinks.recall(&status.host, &status.alerts);
    }

    /// What is watched from now on.
    pub(super) fn observe(&mut self, attached: &[Attached]) {
        self.watch.observer.observe(attached);
        self.vitals.observe(attached);
    }

    /// Writes every state file, at the orderly end.
    pub(super) fn keep_all(&mut self, now: Moment) -> Result<(), Failure> {
        if let Some(state) = &mut self.state {
            let known = self.watch.remembered(now, kernel_clock()?)?;
            state.store(DESTINATIONS, &known);
            state.store(JUDGEMENT, &self.watch.judgement(now));
        }
        Ok(())
    }

    fn status(&mut self, now: Moment, sinks: &Sinks) -> Result<Option<Status>, Failure> {
        let status = self.vitals.status(now, &self.watch);
        let status = self.readings.with(status)?;
        Ok(status.map(|status| Status {
            sinks: sinks.status(),
            ..status
        }))
    }

    /// Writes the state files that are due: what was told is to be known after a crash too.
    fn keep(&mut self, now: Moment, is_news: bool) {
        let remembered = self.watch.take_remembered();
        let Some(state) = &mut self.state else {
            return;
        };
        if let Some(known) = remembered {
            state.store(DESTINATIONS, &known);
        }
        if self.judgement.is_due(now, is_news) {
            state.store(JUDGEMENT, &self.watch.judgement(now));
        }
    }
}

impl Kept {
    /// What is there of it.
    pub(super) fn load(state: Option<&StateDir>) -> Self {
        Self {
            destinations: state.and_then(|state| state.load(DESTINATIONS)),
            judgement: state.and_then(|state| state.load(JUDGEMENT)),
        }
    }

    /// The time that had passed when it was kept.
    pub(super) fn latest(&self) -> Duration {
        self.kept_at().unwrap_or(Duration::ZERO)
    }

    /// Says how long it has been kept by `now`, if anything was: nobody knows of anything since.
    pub(super) fn tell_gap(&self, now: Moment) -> Option<Duration> {
        let gap = now.monotonic.saturating_sub(self.kept_at()?);
        info!(
            "nothing was watched, or is known of what was, for {} s: since the state was last written",
            gap.as_secs()
        );
        Some(gap)
    }

    fn kept_at(&self) -> Option<Duration> {
        self.judgement.as_ref().map(|it| it.saved_at.monotonic)
    }
}
