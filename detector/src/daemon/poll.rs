//! One turn of the loop: the watch's own, then what is to be kept, then signs of life.

use std::{io::Write, time::Instant};

use detector_common::tuning::Tuning;
use tracing::info;

use super::{
    clock::kernel_clock,
    signs::{Signs, Vitals},
};
use crate::{
    event::Body,
    failure::Failure,
    kernel::Kernel,
    moment::Moment,
    observer::Observer,
    sink::{Delivery, Lines},
    state::StateDir,
    watch::{Watch, new_id},
};

/// The state file of the destinations that answered.
const DESTINATIONS: &str = "destinations.json";

/// Everything that lasts from one turn to the next. Dropping it detaches the programs.
pub(super) struct Poll {
    watch: Watch<Kernel>,
    signs: Signs,
    state: Option<StateDir>,
}

impl Poll {
    /// Begins with what an earlier run left in `state`.
    pub(super) fn resume(
        kernel: Kernel,
        tuning: Tuning,
        observer: Observer,
        state: Option<StateDir>,
        now: Moment,
    ) -> Result<Self, Failure> {
        let mut watch = Watch::new(kernel, tuning, observer, new_id);
        if let Some(known) = state.as_ref().and_then(|state| state.load(DESTINATIONS)) {
            let count = watch.recall(known, now, kernel_clock()?)?;
            info!("{count} destinations are remembered from before the restart");
        }
        Ok(Self {
            watch,
            signs: Signs::since(now),
            state,
        })
    }

    pub(super) fn tick(
        &mut self,
        now: Moment,
        lines: &mut Lines<impl Write>,
    ) -> Result<Delivery, Failure> {
        let begun = Instant::now();
        self.watch.source.flush_log();
        self.watch.observer.is_map_full = self.signs.has_losses();
        for alert in self.watch.turn(now, kernel_clock()?)? {
            if lines.tell(&now.wall, Body::Alert(&alert))? == Delivery::Closed {
                return Ok(Delivery::Closed);
            }
        }
        self.keep();
        let vitals = Vitals {
            prefixes: self.watch.prefixes(),
            alerts_firing: self.watch.firing(),
            poll: begun.elapsed(),
        };
        let totals = self.watch.source.totals()?;
        self.signs.give(now, &totals, vitals, lines)
    }

    /// Writes every state file, at the orderly end.
    pub(super) fn keep_all(&mut self, now: Moment) -> Result<(), Failure> {
        if let Some(state) = &mut self.state {
            let known = self.watch.remembered(now, kernel_clock()?)?;
            state.store(DESTINATIONS, &known);
        }
        Ok(())
    }

    /// Writes the state files that are due.
    fn keep(&mut self) {
        let remembered = self.watch.take_remembered();
        if let Some((state, known)) = self.state.as_mut().zip(remembered) {
            state.store(DESTINATIONS, &known);
        }
    }
}
