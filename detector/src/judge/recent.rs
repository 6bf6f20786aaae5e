//! The latest word on every prefix that was heard of within seconds: how much of what is tried
//! works just now.

use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    time::Duration,
};

use ipnet::IpNet;

use super::wider::neighbourhood;
use crate::{
    moment::Moment,
    snapshot::{Delta, ROOM},
};

/// How long a word is recent.
const RECENT: Duration = Duration::from_secs(15);
/// Answers in a row that are more than luck amid failures.
const HEALTHY: u64 = 5;

/// Prefixes by the latest word on them. The share is kept up to date word by word, so that a poll costs
/// no more than it says.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    words: HashMap<IpNet, Word>,
    /// When each word was heard, the oldest first; a later one may have taken its place.
    heard: VecDeque<(Duration, IpNet)>,
    neighbourhoods: HashMap<IpNet, Neighbourhood>,
    share: Share,
}

#[derive(Clone, Copy, Debug)]
struct Word {
    at: Duration,
    is_failing: bool,
    answers: u64,
}

/// How many prefixes of a neighbourhood were heard of, and how many of them failed.
#[derive(Clone, Copy, Debug, Default)]
struct Neighbourhood {
    heard_of: usize,
    failing: usize,
}

/// How many of the prefixes that were heard of lately fail, and how many do not at all.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Share {
    /// Prefixes that failed when last heard of.
    pub failing: usize,
    /// Prefixes that answer all the time.
    pub healthy: usize,
    /// All of them.
    pub heard_of: usize,
    /// Neighbourhoods in which everything fails.
    pub failing_neighbourhoods: usize,
    /// All of them.
    pub neighbourhoods: usize,
}

impl Recent {
    /// Takes in one poll, and says how things stand.
    pub fn note(&mut self, now: Moment, deltas: &[Delta]) -> Share {
        for delta in deltas {
            self.note_one(now, delta);
        }
        self.forget_outdated(now);
        self.share
    }

    fn note_one(&mut self, now: Moment, delta: &Delta) {
        let answers = u64::from(delta.connections_answered);
        let fails = delta.silent_connections() > 0 && !delta.failed.and(delta.alive).is_empty();
        if answers == 0 && !fails {
            return;
        }
        let before = self.take(&delta.prefix).map_or(0, |word| word.answers);
        let word = Word {
            at: now.monotonic,
            is_failing: fails && answers == 0,
            answers: if fails { 0 } else { before + answers },
        };
        self.put(delta.prefix, word);
        self.heard.push_back((word.at, delta.prefix));
    }

    fn forget_outdated(&mut self, now: Moment) {
        let is_outdated = |at: Duration| now.monotonic.saturating_sub(at) > RECENT;
        while let Some((at, net)) = self.heard.pop_front_if(|(at, _)| is_outdated(*at)) {
            if self.words.get(&net).is_some_and(|word| word.at == at) {
                self.take(&net);
            }
        }
        self.give_back_room();
    }

    /// After a moment in which everything was heard of, its room is not kept for good.
    fn give_back_room(&mut self) {
        let is_roomy = |capacity, len| capacity > ROOM && capacity > 4 * len;
        if is_roomy(self.heard.capacity(), self.heard.len()) {
            self.heard.shrink_to(ROOM.max(2 * self.heard.len()));
        }
        if is_roomy(self.words.capacity(), self.words.len()) {
            self.words.shrink_to(ROOM.max(2 * self.words.len()));
        }
    }

    fn put(&mut self, net: IpNet, word: Word) {
        let around = self.neighbourhoods.entry(neighbourhood(&net)).or_default();
        self.share.leave(*around);
        around.heard_of += 1;
        around.failing += usize::from(word.is_failing);
        self.share.join(*around);
        self.share.heard_of += 1;
        self.share.failing += usize::from(word.is_failing);
        self.share.healthy += usize::from(word.is_healthy());
        self.words.insert(net, word);
    }

    fn take(&mut self, net: &IpNet) -> Option<Word> {
        let word = self.words.remove(net)?;
        self.share.heard_of -= 1;
        self.share.failing -= usize::from(word.is_failing);
        self.share.healthy -= usize::from(word.is_healthy());
        if let Entry::Occupied(mut entry) = self.neighbourhoods.entry(neighbourhood(net)) {
            let around = entry.get_mut();
            self.share.leave(*around);
            around.heard_of -= 1;
            around.failing -= usize::from(word.is_failing);
            self.share.join(*around);
            if around.heard_of == 0 {
                entry.remove();
            }
        }
        Some(word)
    }
}

impl Word {
    const fn is_healthy(self) -> bool {
        self.answers >= HEALTHY
    }
}

impl Neighbourhood {
    const fn is_failing(self) -> bool {
        self.failing == self.heard_of
    }
}

impl Share {
    /// Counts a neighbourhood, unless nothing was heard of it.
    fn join(&mut self, around: Neighbourhood) {
        if around.heard_of > 0 {
            self.neighbourhoods += 1;
            self.failing_neighbourhoods += usize::from(around.is_failing());
        }
    }

    /// Takes back what [`Self::join`] counted.
    fn leave(&mut self, around: Neighbourhood) {
        if around.heard_of > 0 {
            self.neighbourhoods -= 1;
            self.failing_neighbourhoods -= usize::from(around.is_failing());
        }
    }
}

#[cfg(test)]
mod tests;
