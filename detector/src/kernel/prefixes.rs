//! All tracked prefixes: the number of each, and its counters.
//!
//! A number that is given back waits for a look, until no program counts under it any more. Must not know: what is
//! counted.

use std::{collections::HashSet, mem};

use aya::maps::{MapData, Stack};
use detector_common::{
    hash::Seeds,
    maps::{self, number_places},
    prefix::{PrefixKey, PrefixNumber},
};

use super::{counters::Counters, descriptors::Descriptors, maps::refused, table::Table};
use crate::{failure::Failure, snapshot::Tracked};

/// All prefixes.
pub(super) struct Prefixes {
    counters: Counters,
    numbers: Table<PrefixKey, PrefixNumber>,
    free: Stack<MapData, u32>,
    /// Numbers whose prefix was forgotten since the last look: a program may yet be counting.
    left: HashSet<usize>,
    /// Those of the look before: none is.
    vacant: HashSet<usize>,
}

impl Prefixes {
    /// Maps them, and makes every number free.
    pub(super) fn of(
        descriptors: &Descriptors,
        capacity: u32,
        seeds: Seeds,
    ) -> Result<Self, Failure> {
        let mut free: Stack<MapData, u32> = descriptors.open(maps::FREE_NUMBERS)?;
        for number in (0..capacity).rev() {
            let pushed = free.push(number, 0);
            pushed.map_err(|error| refused(maps::FREE_NUMBERS, &error))?;
        }
        Ok(Self {
            counters: Counters::of(descriptors, capacity)?,
            numbers: Table::of(descriptors, maps::NUMBERS, number_places(capacity), seeds)?,
            free,
            left: HashSet::new(),
            vacant: HashSet::new(),
        })
    }

    /// Shows what changed since the last look.
    pub(super) fn look(&mut self, show: &mut dyn FnMut(&Tracked)) {
        self.give_back();
        let Self { left, vacant, .. } = self;
        let is_leaving = |number: usize| left.contains(&number) || vacant.contains(&number);
        self.counters.look(show, is_leaving);
    }

    /// Every prefix there is.
    pub(super) fn all(&self) -> Vec<Tracked> {
        let numbers = self.numbers.entries();
        numbers
            .filter_map(|(key, number)| Some((key, self.counters.read(index(number)?)?)))
            .collect()
    }

    /// Forgets a prefix; its number is free at the look after the next.
    pub(super) fn forget(&mut self, key: &PrefixKey) {
        let number = self.numbers.find(key);
        self.numbers.remove(key);
        self.left.extend(number.and_then(index));
    }

    /// Numbers that were left a look ago are free again, and their counters zero. Where the kernel does not take one
    /// back it is offered again at the look after the next.
    fn give_back(&mut self) {
        for number in mem::replace(&mut self.vacant, mem::take(&mut self.left)) {
            self.counters.clear(number);
            let is_taken = u32::try_from(number).is_ok_and(|it| self.free.push(it, 0).is_ok());
            if !is_taken {
                self.left.insert(number);
            }
        }
    }
}

fn index(PrefixNumber(number): PrefixNumber) -> Option<usize> {
    usize::try_from(number).ok()
}
