//! The set-associative tables: tags in one map, records in another, and no call into the kernel for either.
//!
//! Owns the moving in and out; where a key belongs and who gives way is `detector_common::sets`'s to say.

#![expect(unsafe_code, reason = "pointers into maps")]

use aya_ebpf::{Global, btf_maps::Array};
use detector_common::{
    hash::{Hashed, SEEDS, Seed},
    lanes::{self, Lanes, Tag, WAYS, Way},
    maps::Loss,
    sets::{Occupant, Record, Set, record_of, set_of, way},
    tables::Table,
};

use crate::{atomic, count, maps};

/// The seeds, which are constants to the verifier.
pub(crate) struct KernelSeeds;

impl Seed for KernelSeeds {
    #[inline(always)]
    fn seed(&self, index: usize) -> u64 {
        maps::SEEDS[index % SEEDS].load()
    }
}

/// One table.
pub(crate) struct Sets<K: 'static, V: 'static, const TAGS: usize, const RECORDS: usize> {
    pub(crate) tags: &'static Array<Set, TAGS, { maps::MAPPED }>,
    pub(crate) records: &'static Array<Record<K, V>, RECORDS, { maps::MAPPED }>,
    /// How many sets there are.
    pub(crate) count: &'static Global<u32>,
    /// What it is that somebody finds no room.
    pub(crate) refusal: Loss,
}

/// Where a key belongs.
#[derive(Clone, Copy)]
struct Place {
    set: u32,
    tag: Tag,
}

impl<K: Hashed, V: Copy + Occupant, const T: usize, const R: usize> Table<K, V>
    for Sets<K, V, T, R>
{
    #[inline(always)]
    fn get(&mut self, key: &K) -> Option<&mut V> {
        let place = self.place(key);
        let set = self.look(place.set)?;
        // Nearly every packet ends here.
        if !set.iter().any(|lanes| lanes.has(place.tag)) {
            return None;
        }
        self.held(place, &set, key)
            .map(|(_, record)| &mut record.value)
    }

    #[inline(always)]
    fn insert(&mut self, key: &K, value: &V) -> Option<&mut V> {
        let place = self.place(key);
        let set = self.look(place.set)?;
        for index in 0..WAYS {
            let there = way(&set, index);
            if (there == Way::Held(place.tag) || there == Way::Settled(place.tag))
                && let Some(record) = self.record(place.set, index)
                && record.key == *key
            {
                if there == Way::Settled(place.tag) {
                    self.replace(place.set, &set, index, Way::Held(place.tag));
                }
                return Some(&mut record.value);
            }
        }
        let found = self.vacate(place, &set, value);
        if let Some(index) = found
            && self.replace(place.set, &set, index, Way::Busy)
            && let Some(record) = self.record(place.set, index)
        {
            record.key = *key;
            record.value = *value;
            self.move_in(place, index);
            return Some(&mut record.value);
        }
        count::loss(self.refusal);
        None
    }

    #[inline(always)]
    fn settle(&mut self, key: &K) {
        let place = self.place(key);
        let Some(set) = self.look(place.set) else {
            return;
        };
        if let Some((index, _)) = self.held(place, &set, key) {
            // Where somebody else changes the set now, its next packet settles it.
            self.replace(place.set, &set, index, Way::Settled(place.tag));
        }
    }
}

impl<K: Hashed, V: Copy + Occupant, const T: usize, const R: usize> Sets<K, V, T, R> {
    #[inline(always)]
    fn place(&self, key: &K) -> Place {
        let hash = key.hash(&KernelSeeds);
        Place {
            set: set_of(hash, self.count.load()),
            tag: Tag::of(hash),
        }
    }

    #[inline(always)]
    fn look(&self, set: u32) -> Option<Set> {
        let tags = self.tags.get_ptr(set)?;
        // SAFETY: the kernel returned a live value of this map; other CPUs write whole words.
        Some(unsafe { tags.read_volatile() })
    }

    #[inline(always)]
    fn record(&self, set: u32, way: usize) -> Option<&'static mut Record<K, V>> {
        let record = self.records.get_ptr_mut(record_of(set, way))?;
        // SAFETY: the kernel returned a live value of this map, aligned for it. Another CPU may write it too: it
        // consists of aligned integers, for which that costs at most one packet of evidence.
        Some(unsafe { &mut *record })
    }

    /// The way that holds a key, and what lies there.
    #[inline(always)]
    fn held(&self, place: Place, set: &Set, key: &K) -> Option<(usize, &'static mut Record<K, V>)> {
        for index in 0..WAYS {
            if way(set, index) == Way::Held(place.tag)
                && let Some(record) = self.record(place.set, index)
                && record.key == *key
            {
                return Some((index, record));
            }
        }
        None
    }

    /// A way to move into: a free one, one that is settled, or that of whoever is worth the least. None
    /// while somebody else moves in: that may be the same key.
    #[inline(always)]
    fn vacate(&self, place: Place, set: &Set, newcomer: &V) -> Option<usize> {
        if set.iter().any(|lanes| lanes.is_busy()) {
            return None;
        }
        let mut settled = None;
        for index in 0..WAYS {
            match way(set, index) {
                Way::Free => return Some(index),
                Way::Settled(_) => settled = Some(index),
                Way::Busy | Way::Held(_) => {}
            }
        }
        settled.or_else(|| self.evict(place, newcomer))
    }

    #[inline(always)]
    fn evict(&self, place: Place, newcomer: &V) -> Option<usize> {
        let mut least = None;
        for index in 0..WAYS {
            if let Some(record) = self.record(place.set, index)
                && let Some(worth) = record.value.worth()
                && least.is_none_or(|(other, _)| worth < other)
            {
                least = Some((worth, index));
            }
        }
        let (_, index) = least?;
        let record = self.record(place.set, index)?;
        if let Some(loss) = record.value.loss_to(newcomer) {
            count::loss(loss);
        }
        Some(index)
    }

    /// Changes one way, unless anything in its word has changed meanwhile.
    #[inline(always)]
    fn replace(&self, set: u32, seen: &Set, index: usize, way: Way) -> bool {
        let Some(tags) = self.tags.get_ptr_mut(set) else {
            return false;
        };
        let [first, second] = seen;
        // SAFETY: an aligned word of a live map value.
        unsafe {
            if index < PER_WORD {
                atomic::replace::<0>(tags.cast(), first.0, first.with(index, way).0)
            } else {
                atomic::replace::<WORD>(tags.cast(), second.0, second.with(index, way).0)
            }
        }
    }

    /// The busy way is ours: nobody else changes it.
    #[inline(always)]
    fn move_in(&self, place: Place, index: usize) {
        let change =
            Lanes(0).with(index, Way::Busy).0 ^ Lanes(0).with(index, Way::Held(place.tag)).0;
        let Some(tags) = self.tags.get_ptr_mut(place.set) else {
            return;
        };
        // SAFETY: as above.
        unsafe {
            if index < PER_WORD {
                atomic::flip::<0>(tags.cast(), change);
            } else {
                atomic::flip::<WORD>(tags.cast(), change);
            }
        }
    }
}

const PER_WORD: usize = WAYS / lanes::WORDS;
const WORD: usize = size_of::<Lanes>();
