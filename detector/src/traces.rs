//! What injectors left behind: marks and names for each prefix that fails.
//!
//! Samples of packets go in; an alert takes out what belongs to its prefixes. Must not know: why a
//! prefix fails, or how a name comes about.

mod connections;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, VecDeque},
};

use detector_common::{
    address::Address,
    flow::FlowKey,
    mark::{Mark, Marks},
    prefix::PrefixKey,
    sample::Sample,
    time::Nanos,
    tuning::Tuning,
};
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::connections::Connections;
use crate::snapshot::network;

/// A mark comes before the verdict that it may lead to, by three seconds and a poll at most.
const PATIENCE: Nanos = Nanos::from_secs(5);
/// Findings that wait for their prefix to fail; beyond, the oldest go.
const MOST_WAITING: usize = 4_096;

/// Connections by what was found in them.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Tally {
    /// By the marks that their packets bore.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub marks: BTreeMap<Cow<'static, str>, u64>,
    /// By the name of the injector.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub injectors: BTreeMap<Cow<'static, str>, u64>,
}

/// Something new about one connection.
struct Finding {
    at: Nanos,
    prefix: IpNet,
    marks: Marks,
    injector: Option<&'static str>,
}

/// What was found, for as long as it matters.
pub struct Traces {
    tuning: Tuning,
    connections: Connections,
    /// Of prefixes that nothing is held against so far.
    waiting: VecDeque<Finding>,
    /// Of prefixes that fail, since they began to.
    tallies: HashMap<IpNet, Tally>,
}

impl Traces {
    /// Nothing found yet; `tuning` says how long a prefix is.
    pub fn new(tuning: Tuning) -> Self {
        Self {
            tuning,
            connections: Connections::new(),
            waiting: VecDeque::new(),
            tallies: HashMap::new(),
        }
    }

    /// Takes in samples, the oldest first.
    pub fn take_in(&mut self, samples: &[Sample]) {
        for sample in samples {
            let marks = self.connections.take_in(sample);
            if !marks.is_empty() {
                self.wait(sample.at, &sample.remote, marks, None);
            }
        }
    }

    /// Counts what was found for the prefixes that fail, and forgets the others'; `now` is on the
    /// clock of the samples.
    pub fn settle(&mut self, now: Nanos, fails: impl Fn(&IpNet) -> bool) {
        for (remote, injector) in self.connections.complete(now) {
            self.wait(now, &remote, Marks::default(), Some(injector));
        }
        self.tallies.retain(|prefix, _| fails(prefix));
        let tallies = &mut self.tallies;
        self.waiting.retain(|finding| {
            let fails = fails(&finding.prefix);
            if fails {
                tallies.entry(finding.prefix).or_default().count(finding);
            }
            !fails && now.since(finding.at) <= PATIENCE
        });
    }

    /// What was found for all of these prefixes since they began to fail.
    pub fn of(&self, prefixes: &[IpNet]) -> Tally {
        let mut sum = Tally::default();
        for tally in prefixes.iter().filter_map(|it| self.tallies.get(it)) {
            sum.merge(tally);
        }
        sum
    }

    /// The name of the injector at work in one connection, as far as can be said now; `syn_at` is
    /// when it began.
    pub fn injector(&self, connection: &FlowKey, syn_at: Nanos) -> Option<&'static str> {
        self.connections.injector(connection, syn_at)
    }

    fn wait(&mut self, at: Nanos, remote: &Address, marks: Marks, injector: Option<&'static str>) {
        if self.waiting.len() >= MOST_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(Finding {
            at,
            prefix: network(PrefixKey::of(remote, &self.tuning), &self.tuning),
            marks,
            injector,
        });
    }
}

impl Tally {
    fn count(&mut self, finding: &Finding) {
        for mark in finding.marks.iter().map(Mark::name) {
            *self.marks.entry(mark.into()).or_default() += 1;
        }
        if let Some(injector) = finding.injector {
            *self.injectors.entry(injector.into()).or_default() += 1;
        }
    }

    fn merge(&mut self, other: &Self) {
        for (mark, count) in &other.marks {
            *self.marks.entry(mark.clone()).or_default() += count;
        }
        for (injector, count) in &other.injectors {
            *self.injectors.entry(injector.clone()).or_default() += count;
        }
    }
}

#[cfg(test)]
mod tests;
