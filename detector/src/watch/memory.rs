//! How long a destination is remembered to have answered: seven days, also across restarts.
//!
//! The kernel never forgets one by itself: evicting the oldest would let a scan wash the memory
//! out. So it is thinned from here, now and then. Must not know: files.

mod remembered;

use std::{cmp::Reverse, collections::HashMap, time::Duration};

use detector_common::{
    destination::DestinationKey, prefix::PrefixKey, time::Nanos, tuning::Tuning, vantage::Vantage,
};

pub use self::remembered::Remembered;
use self::remembered::{NEVER, asked};
use super::Source;
use crate::{failure::Failure, moment::Moment, state::Keeper};

/// The memory's span.
const MEMORY_S: i64 = 7 * 24 * 3_600;
const EVERY: Duration = Duration::from_mins(10);

/// What the source's own memory cannot hold.
#[derive(Debug)]
pub(super) struct Memory {
    /// How many there is room for.
    capacity: usize,
    keeper: Keeper,
    /// When destinations were last asked that were not since the machine began to run: the kernel's
    /// clock has no time for it. Without this, a machine that often restarts would never forget.
    asked_before_s: HashMap<DestinationKey, i64>,
    /// What the latest thinning left, until somebody takes it.
    pub(super) left: Option<Vec<Remembered>>,
}

impl Memory {
    /// Nothing is remembered yet, and there is room for `capacity`.
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            capacity: capacity as usize,
            keeper: Keeper::every(EVERY),
            asked_before_s: HashMap::new(),
            left: None,
        }
    }

    /// Whether it is time to thin; if so, the next time is later.
    pub(super) fn is_due(&mut self, now: Moment) -> bool {
        self.keeper.is_due(now, false)
    }

    /// Gives back what is still young, the latest first, and leaves a quarter of the room to what is new.
    /// Returns those.
    pub(super) fn recall(
        &mut self,
        source: &mut impl Source,
        mut known: Vec<Remembered>,
        now: Moment,
        clock: Nanos,
    ) -> Result<Vec<Remembered>, Failure> {
        let young = put_young_first(&mut known, now);
        known.truncate(young.min(self.crowded()));
        for it in &known {
            let state = it.state(now, clock);
            source.remember_destination(&it.key, &state)?;
            if asked(&state) == NEVER {
                self.asked_before_s.insert(it.key, it.asked_s);
            }
        }
        Ok(known)
    }

    /// Everything that is remembered.
    pub(super) fn all(
        &self,
        source: &impl Source,
        now: Moment,
        clock: Nanos,
    ) -> Result<Vec<Remembered>, Failure> {
        let known = source.destinations()?.into_iter();
        Ok(known
            .map(|(key, state)| {
                let it = Remembered::of(key, &state, now, clock);
                match self.asked_before_s.get(&key) {
                    Some(&asked_s) if asked(&state) == NEVER => Remembered { asked_s, ..it },
                    _ => it,
                }
            })
            .collect())
    }

    /// Forgets what is outdated, and keeps what is left for whoever takes it.
    pub(super) fn thin(
        &mut self,
        source: &mut impl Source,
        now: Moment,
        clock: Nanos,
    ) -> Result<(), Failure> {
        let mut known = self.all(source, now, clock)?;
        let kept = self.kept(&mut known, now);
        for it in known.drain(kept..) {
            source.forget_destination(&it.key)?;
            self.asked_before_s.remove(&it.key);
        }
        self.left = Some(known);
        Ok(())
    }

    /// From so many on there is little room left.
    const fn crowded(&self) -> usize {
        self.capacity / 4 * 3
    }

    /// Puts first what is to be kept, and says how much that is: what was asked for in seven days, and
    /// where the memory is crowded, the latest of it until it is half empty.
    fn kept(&self, known: &mut [Remembered], now: Moment) -> usize {
        let young = put_young_first(known, now);
        if known.len() >= self.crowded() {
            young.min(self.capacity / 2)
        } else {
            young
        }
    }
}

/// What destinations, the latest first, tell of our uplink. They do not answer for the first time again, and
/// where nearly all are known already, TTLs that mean nothing would be believed.
pub(super) fn vantage(known: &[Remembered], tuning: &Tuning) -> Vantage {
    let mut vantage = Vantage::default();
    for it in known.iter().rev() {
        vantage.learn(PrefixKey::of(&it.key.address, tuning), it.ttl);
    }
    vantage
}

fn put_young_first(known: &mut [Remembered], now: Moment) -> usize {
    known.sort_unstable_by_key(|it| Reverse(it.asked_s));
    known.partition_point(|it| it.age_s(now) <= MEMORY_S)
}

#[cfg(test)]
mod tests;
