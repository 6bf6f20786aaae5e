//! The counters of all prefixes, from outside: which of them changed, and what they are.
//!
//! A look costs a word for each prefix there is room for, and a copy for each that changed. Must not know: what is
//! counted.

use std::{
    collections::HashSet,
    mem,
    sync::atomic::{AtomicU64, Ordering, fence},
};

use aya::{
    Ebpf,
    maps::{MapData, Stack},
};
use detector_common::{
    hash::Seeds,
    maps::{self, number_places},
    prefix::{Change, PrefixCounters, PrefixKey, PrefixNumber},
};

use super::{
    mapped::Mapped,
    table::{Table, mapped},
};
use crate::{failure::Failure, snapshot::Tracked};

/// Looks at one prefix in a row, where it keeps changing: each takes less time than two packets need.
const LOOKS: usize = 4;

/// All counters.
pub(super) struct Prefixes {
    counters: Mapped<PrefixCounters>,
    changes: Mapped<Change>,
    keys: Mapped<PrefixKey>,
    numbers: Table<PrefixKey, PrefixNumber>,
    free: Stack<MapData, u32>,
    /// The changes that the last look saw, by number.
    seen: Vec<u64>,
    /// Numbers whose prefix was forgotten since: a program may yet be counting.
    left: HashSet<u32>,
    /// Those of the time before: none is.
    vacant: HashSet<u32>,
}

impl Prefixes {
    /// Maps them, and makes every number free.
    pub(super) fn of(ebpf: &mut Ebpf, capacity: u32, seeds: Seeds) -> Result<Self, Failure> {
        let map = ebpf
            .take_map(maps::FREE_NUMBERS)
            .ok_or_else(|| super::maps::missing(maps::FREE_NUMBERS))?;
        let mut free = Stack::try_from(map).map_err(|error| refused(&error))?;
        for number in (0..capacity).rev() {
            free.push(number, 0).map_err(|error| refused(&error))?;
        }
        Ok(Self {
            counters: mapped(ebpf, maps::COUNTERS, capacity)?,
            changes: mapped(ebpf, maps::CHANGES, capacity)?,
            keys: mapped(ebpf, maps::PREFIXES, capacity)?,
            numbers: Table::of(ebpf, maps::NUMBERS, number_places(capacity), seeds)?,
            free,
            seen: vec![0; capacity as usize],
            left: HashSet::new(),
            vacant: HashSet::new(),
        })
    }

    /// Fills in what changed since the last look. A prefix that changes all the time meanwhile comes the next time.
    pub(super) fn look(&mut self, changed: &mut Vec<Tracked>) -> Result<(), Failure> {
        changed.clear();
        self.give_back()?;
        for number in 0..self.changes.len() {
            let Some(change) = self.change(number) else {
                break;
            };
            if self.seen[number] != change.load(Ordering::Relaxed)
                && !self.is_leaving(number)
                && let Some((key, counters, at)) = self.whole(number)
            {
                self.seen[number] = at;
                changed.push((key, counters));
            }
        }
        Ok(())
    }

    /// Every prefix there is.
    pub(super) fn all(&self) -> Vec<Tracked> {
        let numbers = self.numbers.entries().into_iter();
        numbers
            .filter_map(|(key, PrefixNumber(number))| {
                Some((key, self.counters.read(usize::try_from(number).ok()?)?))
            })
            .collect()
    }

    /// Forgets a prefix; its number is free at the look after the next.
    pub(super) fn forget(&mut self, key: &PrefixKey) {
        let number = self.numbers.find(key);
        self.numbers.remove(key);
        self.left
            .extend(number.and_then(|PrefixNumber(number)| u32::try_from(number).ok()));
    }

    fn change(&self, number: usize) -> Option<&AtomicU64> {
        self.changes.words(number)?.first()
    }

    fn is_leaving(&self, number: usize) -> bool {
        u32::try_from(number)
            .is_ok_and(|number| self.left.contains(&number) || self.vacant.contains(&number))
    }

    /// Counters that belong together, and at which change they are.
    fn whole(&self, number: usize) -> Option<(PrefixKey, PrefixCounters, u64)> {
        let change = self.change(number)?;
        for _look in 0..LOOKS {
            let before = change.load(Ordering::Acquire);
            let counters = self.counters.read(number)?;
            fence(Ordering::Acquire);
            let is_same = change.load(Ordering::Relaxed) == before;
            if is_same && Change(before).is_whole() {
                return Some((self.keys.read(number)?, counters, before));
            }
        }
        None
    }

    /// Numbers that were left a look ago are free again, and their counters zero.
    fn give_back(&mut self) -> Result<(), Failure> {
        for number in mem::replace(&mut self.vacant, mem::take(&mut self.left)) {
            let at = number as usize;
            self.counters.write(at, &PrefixCounters::default());
            self.changes.write(at, &Change::default());
            self.seen[at] = 0;
            self.free.push(number, 0).map_err(|error| refused(&error))?;
        }
        Ok(())
    }
}

fn refused(error: &aya::maps::MapError) -> Failure {
    Failure::Failed(format!("map {}: {error}", maps::FREE_NUMBERS))
}
