//! The set-associative tables, from outside: read, thinned out and added to while the programs use them.

use std::sync::atomic::{AtomicU64, Ordering};

use aya::Pod;
use detector_common::{
    hash::{Hashed, Seeds},
    lanes::{Lanes, Tag, WAYS, WORDS, Way},
    maps::TableNames,
    sets::{Record, Set, record_of, set_of, sets_for, way},
};

use super::{descriptors::Descriptors, mapped::Mapped, maps::refused, pod::Shared};
use crate::failure::Failure;

/// One table.
pub(super) struct Table<K, V> {
    tags: Mapped<Set>,
    records: Mapped<Record<K, V>>,
    seeds: Seeds,
    sets: u32,
}

/// Somebody in a table.
struct Found<V> {
    set: u32,
    way: usize,
    value: V,
}

impl<K: Hashed, V: Copy> Table<K, V>
where
    Shared<Record<K, V>>: Pod,
{
    /// Maps the table of these names and of room for `capacity`.
    pub(super) fn of(
        descriptors: &Descriptors,
        (tags, records, _): TableNames,
        capacity: u32,
        seeds: Seeds,
    ) -> Result<Self, Failure> {
        let sets = sets_for(capacity);
        Ok(Self {
            tags: mapped::<Set>(descriptors, tags, sets)?,
            records: mapped::<Record<K, V>>(descriptors, records, record_of(sets, 0))?,
            seeds,
            sets,
        })
    }

    /// All of whom something may yet be learnt.
    pub(super) fn entries(&self) -> impl Iterator<Item = (K, V)> {
        let sets = (0..self.sets).filter_map(|set| Some((set, self.look(set)?)));
        let places = sets.flat_map(|(set, tags)| held(&tags).map(move |way| (set, way)));
        let records = places.filter_map(|(set, index)| self.record(set, index));
        records.map(|record| (record.key, record.value))
    }

    /// How many there are of whom something may yet be learnt: a look at the tags alone.
    pub(super) fn held(&self) -> u64 {
        let sets = (0..self.sets).filter_map(|set| self.look(set));
        sets.map(|tags| held(&tags).count() as u64).sum()
    }

    /// What is known of `key`, also where nothing more is learnt.
    pub(super) fn find(&self, key: &K) -> Option<V> {
        self.found(key).map(|found| found.value)
    }

    /// Adds what is not there, and says whether it is there now: it is not where its set is full.
    pub(super) fn insert(&self, key: &K, value: &V) -> bool {
        if self.found(key).is_some() {
            return true;
        }
        let (set, tag) = self.place(key);
        let Some(tags) = self.look(set) else {
            return false;
        };
        let free = (0..WAYS).find(|index| way(&tags, *index) == Way::Free);
        let Some(index) = free.filter(|index| self.change(set, *index, Way::Free, Way::Busy))
        else {
            return false;
        };
        let record = Record {
            key: *key,
            value: *value,
        };
        self.records.write(record_of(set, index) as usize, &record);
        self.change(set, index, Way::Busy, Way::Held(tag))
    }

    /// Forgets `key`.
    pub(super) fn remove(&self, key: &K) {
        let (_, tag) = self.place(key);
        while let Some(Found { set, way, .. }) = self.found(key) {
            let states = [Way::Held(tag), Way::Settled(tag)];
            if states
                .into_iter()
                .any(|it| self.change(set, way, it, Way::Free))
            {
                return;
            }
        }
    }

    fn place(&self, key: &K) -> (u32, Tag) {
        let hash = key.hash(&self.seeds);
        (set_of(hash, self.sets), Tag::of(hash))
    }

    fn found(&self, key: &K) -> Option<Found<V>> {
        let (set, tag) = self.place(key);
        let tags = self.look(set)?;
        let ways = [Way::Held(tag), Way::Settled(tag)];
        (0..WAYS)
            .filter(|index| ways.contains(&way(&tags, *index)))
            .filter_map(|index| Some((index, self.record(set, index)?)))
            .find(|(_, record)| record.key == *key)
            .map(|(way, record)| Found {
                set,
                way,
                value: record.value,
            })
    }

    fn look(&self, set: u32) -> Option<Set> {
        self.tags.read(set as usize)
    }

    fn record(&self, set: u32, way: usize) -> Option<Record<K, V>> {
        self.records.read(record_of(set, way) as usize)
    }

    /// Changes one way, and says whether it was what it was taken for.
    fn change(&self, set: u32, way: usize, from: Way, to: Way) -> bool {
        let words = self.tags.words(set as usize);
        let Some(word) = words.and_then(|words| words.get(way / (WAYS / WORDS))) else {
            return false;
        };
        let change = |bits| {
            let lanes = Lanes(bits);
            (lanes.way(way) == from).then(|| lanes.with(way, to).0)
        };
        update(word, change)
    }
}

/// Ways of somebody of whom something may yet be learnt.
fn held(tags: &Set) -> impl Iterator<Item = usize> + use<> {
    let tags = *tags;
    (0..WAYS).filter(move |index| matches!(way(&tags, *index), Way::Held(_)))
}

fn update(word: &AtomicU64, change: impl FnMut(u64) -> Option<u64>) -> bool {
    word.fetch_update(Ordering::AcqRel, Ordering::Acquire, change)
        .is_ok()
}

/// Maps the array `name`.
pub(super) fn mapped<T>(
    descriptors: &Descriptors,
    name: &'static str,
    len: u32,
) -> Result<Mapped<T>, Failure>
where
    Shared<T>: Pod,
{
    Mapped::of(descriptors.descriptor(name)?, len).map_err(|error| refused(name, &error.into()))
}
