//! What the kernel would have counted: the shipped memory of destinations and the shipped counters of prefixes, fed
//! with whole connections.
//!
//! The order of things is that of `detector_common::track::account`; a test holds this against the engine, packet for
//! packet. Candidates and destinations lie in one table: no simulation fills either.

use std::collections::HashMap;

use detector::{
    failure::Failure,
    sizes::Sizes,
    snapshot::{Snapshot, Tracked},
    watch::Source,
};
use detector_common::{
    address::Address,
    classify::Judgement,
    destination::{DestinationKey, DestinationState},
    maps::Loss,
    prefix::{Count as _, Counter, Hosts, PrefixKey, host_bit},
    sample::Sample,
    time::Nanos,
    tuning::Tuning,
    vantage::Vantage,
    verdict::{Outcome, Stage, Verdict},
};

/// TTL of every answer.
const TTL: u8 = 52;
const HTTPS: u16 = 443;
const TCP: u16 = 6;

/// The two ends of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// Ours.
    pub client: Address,
    /// Theirs.
    pub server: Address,
}

/// The tables of a kernel without packets.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Thresholds.
    pub tuning: Tuning,
    /// Counters of every tracked prefix.
    pub prefixes: Snapshot,
    destinations: HashMap<DestinationKey, DestinationState>,
}

/// What is new of a connection.
#[derive(Clone, Copy, Debug, Default)]
struct News {
    is_first: bool,
    is_answered: bool,
    judgement: Option<Judgement>,
}

/// How things stand with its destination.
#[derive(Clone, Copy, Debug)]
struct Standing {
    is_alive: bool,
    was_failing: bool,
    is_trial: bool,
}

impl Ledger {
    /// A SYN leaves, the first of its connection or a later one. Says whether that makes a timeout, which counts
    /// where the connection is not judged already.
    pub fn syn(&mut self, ends: Ends, is_first: bool, is_judged: bool, now: Nanos) -> bool {
        let tuning = self.tuning;
        let timeout = self
            .destination(ends.server)
            .syn(now, &tuning)
            .filter(|_| !is_judged);
        let news = News {
            is_first,
            judgement: timeout.map(|verdict| Judgement {
                verdict,
                stage: Stage::PostSyn,
            }),
            ..News::default()
        };
        self.account(ends, news, now);
        timeout.is_some()
    }

    /// A SYN-ACK comes; `round_trip` where its SYN was sent once.
    pub fn syn_ack(&mut self, ends: Ends, round_trip: Option<Nanos>, now: Nanos) {
        let destination = self.destination(ends.server);
        let is_promoted = !destination.has_answered();
        destination.answered(TTL, true, round_trip);
        if is_promoted {
            self.account(ends, News::default(), now);
        }
    }

    /// The first data of the server comes.
    pub fn answer(&mut self, ends: Ends, now: Nanos) {
        let news = News {
            is_answered: true,
            ..News::default()
        };
        self.account(ends, news, now);
    }

    /// A connection is judged otherwise than by the silence of its SYNs.
    pub fn judge(&mut self, ends: Ends, verdict: Verdict, stage: Stage, now: Nanos) {
        let judgement = Some(Judgement { verdict, stage });
        self.account(
            ends,
            News {
                judgement,
                ..News::default()
            },
            now,
        );
    }

    fn destination(&mut self, server: Address) -> &mut DestinationState {
        self.destinations.entry(key(server)).or_default()
    }

    fn account(&mut self, ends: Ends, news: News, now: Nanos) {
        let tuning = self.tuning;
        let destination = self.destination(ends.server);
        let is_alive = destination.has_answered();
        let was_failing = destination.is_failing();
        let is_trial = news
            .judgement
            .is_some_and(|it| destination.is_trial(it, &ends.client, now, &tuning));
        let prefix = PrefixKey::of(&ends.server, &tuning);
        let counters = if is_alive {
            Some(self.prefixes.entry(prefix).or_default())
        } else {
            self.prefixes.get_mut(&prefix)
        };
        if let Some(counters) = counters {
            let standing = Standing {
                is_alive,
                was_failing,
                is_trial,
            };
            news.count(counters, host_bit(&ends.server), standing);
        }
    }
}

impl News {
    fn count(
        self,
        counters: &mut detector_common::prefix::PrefixCounters,
        host: u8,
        standing: Standing,
    ) {
        let Standing {
            is_alive,
            was_failing,
            is_trial,
        } = standing;
        if self.is_first {
            counters.add(Counter::Connections);
        }
        if self.is_answered {
            counters.add(Counter::Answered);
        }
        if is_alive {
            counters.insert(Hosts::Alive, host);
        }
        let Some(Judgement { verdict, stage }) = self.judgement else {
            return;
        };
        counters.add(Counter::Verdict(verdict));
        let outcome = verdict.outcome();
        match outcome {
            Outcome::Ok if was_failing => counters.remove(Hosts::Failed, host),
            Outcome::Failed if is_alive => counters.insert(Hosts::Failed, host),
            Outcome::Ok | Outcome::Failed | Outcome::Void => {}
        }
        match outcome {
            Outcome::Ok if is_trial => counters.add(Counter::Trial(verdict)),
            Outcome::Failed if is_trial && is_alive => {
                counters.add(Counter::Trial(verdict));
                counters.add(Counter::Stage(stage));
            }
            Outcome::Failed if is_trial => counters.add(Counter::Strangers),
            _ => {}
        }
    }
}

impl Source for Ledger {
    fn sizes(&self) -> Sizes {
        Sizes::default()
    }

    fn changes(&mut self, show: &mut dyn FnMut(&Tracked)) -> Result<(), Failure> {
        for (key, counters) in &self.prefixes {
            show(&(*key, *counters));
        }
        Ok(())
    }

    fn forget_prefix(&mut self, prefix: &PrefixKey) -> Result<(), Failure> {
        self.prefixes.swap_remove(prefix);
        Ok(())
    }

    fn destinations(&self) -> Result<Vec<(DestinationKey, DestinationState)>, Failure> {
        let entries = self
            .destinations
            .iter()
            .filter(|(_, state)| state.has_answered());
        Ok(entries.map(|(key, state)| (*key, *state)).collect())
    }

    fn forget_destination(&mut self, destination: &DestinationKey) -> Result<(), Failure> {
        self.destinations.remove(destination);
        Ok(())
    }

    fn remember_destination(
        &mut self,
        destination: &DestinationKey,
        state: &DestinationState,
    ) -> Result<(), Failure> {
        self.destinations.entry(*destination).or_insert(*state);
        Ok(())
    }

    fn remember_vantage(&mut self, _vantage: Vantage) -> Result<(), Failure> {
        Ok(())
    }

    fn losses(&self) -> Result<[u64; Loss::ALL.len()], Failure> {
        Ok([0; Loss::ALL.len()])
    }

    fn samples(&mut self) -> Result<Vec<Sample>, Failure> {
        Ok(Vec::new())
    }
}

const fn key(server: Address) -> DestinationKey {
    DestinationKey {
        address: server,
        port: HTTPS,
        protocol: TCP,
        zero: 0,
    }
}

#[cfg(test)]
mod tests;
