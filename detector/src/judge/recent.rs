//! The latest word on every prefix that was heard of within seconds: how much of what is tried
//! works just now.

use std::{collections::HashMap, time::Duration};

use ipnet::IpNet;

use super::wider::neighbourhood;
use crate::{moment::Moment, snapshot::Delta};

/// How long a word is recent.
const RECENT: Duration = Duration::from_secs(15);
/// Answers in a row that are more than luck amid failures.
const HEALTHY: u64 = 5;

/// Prefixes by the latest word on them.
#[derive(Clone, Debug, Default)]
pub struct Recent(HashMap<IpNet, Word>);

#[derive(Clone, Copy, Debug)]
struct Word {
    at: Duration,
    is_failing: bool,
    answers: u64,
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
        self.0
            .retain(|_, word| now.monotonic.saturating_sub(word.at) <= RECENT);
        self.share()
    }

    fn note_one(&mut self, now: Moment, delta: &Delta) {
        let answers = delta.connections_answered;
        let fails = delta.silent_connections() > 0 && !delta.failed.and(delta.alive).is_empty();
        if answers == 0 && !fails {
            return;
        }
        let before = self.0.get(&delta.prefix).map_or(0, |word| word.answers);
        let word = Word {
            at: now.monotonic,
            is_failing: fails && answers == 0,
            answers: if fails { 0 } else { before + answers },
        };
        self.0.insert(delta.prefix, word);
    }

    fn share(&self) -> Share {
        let mut neighbourhoods: HashMap<IpNet, bool> = HashMap::new();
        for (net, word) in &self.0 {
            let fails = neighbourhoods.entry(neighbourhood(net)).or_insert(true);
            *fails &= word.is_failing;
        }
        let words = || self.0.values();
        Share {
            failing: words().filter(|word| word.is_failing).count(),
            healthy: words().filter(|word| word.answers >= HEALTHY).count(),
            heard_of: self.0.len(),
            failing_neighbourhoods: neighbourhoods.values().filter(|fails| **fails).count(),
            neighbourhoods: neighbourhoods.len(),
        }
    }
}
