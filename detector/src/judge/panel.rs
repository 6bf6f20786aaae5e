//! One stream of trials before several tests: one for each kind of block, each with a baseline of
//! its own, so that what fails in one way now and then hides nothing that never did.

use arrayvec::ArrayVec;
use detector_common::verdict::Verdict;
use serde::{Deserialize, Serialize};

use super::{cusum::Cusum, transport::Transport};
use crate::{
    kind::Kind,
    snapshot::{Delta, failures},
};

/// Tests of one stream: those of TCP.
pub const MOST_TESTS: usize = Kind::ALL.len() - 1;

/// Trials of one transport by outcome.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Trials {
    /// Those that succeeded.
    pub ok: u64,
    /// Those that failed, by kind.
    pub failed: [u64; Kind::ALL.len()],
    /// Those among them that prove a third party.
    pub proofs: u64,
}

impl Trials {
    /// Those of one poll.
    pub fn of(delta: &Delta, transport: Transport) -> Self {
        let mut trials = Self {
            ok: delta.ok(transport),
            ..Self::default()
        };
        for verdict in failures().filter(|verdict| transport.fails_by(*verdict)) {
            trials.count(verdict, delta.trials[verdict.index()].into());
        }
        trials
    }

    /// All that failed.
    pub fn failures(&self) -> u64 {
        self.failed.iter().sum()
    }

    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.ok += other.ok;
        self.proofs += other.proofs;
        for (sum, term) in self.failed.iter_mut().zip(other.failed) {
            *sum += term;
        }
    }

    const fn count(&mut self, verdict: Verdict, trials: u64) {
        if let Some(kind) = Kind::of(verdict) {
            self.failed[kind.index()] += trials;
        }
        if verdict.proves_third_party() {
            self.proofs += trials;
        }
    }
}

/// The tests of one stream.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Panel {
    tests: ArrayVec<(Kind, Cusum), MOST_TESTS>,
}

impl Panel {
    /// The tests of a stream over a transport.
    pub fn new(transport: Transport) -> Self {
        let tests = transport.kinds().map(|kind| (kind, Cusum::default()));
        Self {
            tests: tests.collect(),
        }
    }

    /// The tests of a stream that ordinarily fails as often, in the order of the tests, and does not now.
    pub fn of(transport: Transport, ordinary: &[f64]) -> Self {
        let mut panel = Self::new(transport);
        for ((_, test), rate) in panel.tests.iter_mut().zip(ordinary) {
            *test = Cusum::of(*rate);
        }
        panel
    }

    /// What ordinarily fails, in the order of the tests.
    pub fn ordinary_failure_rates(&self) -> ArrayVec<f64, MOST_TESTS> {
        self.each().map(Cusum::ordinary_failure_rate).collect()
    }

    /// Takes in the trials of one poll.
    pub fn observe(&mut self, trials: &Trials) {
        for (kind, test) in &mut self.tests {
            let is_proof = *kind == Kind::RstInjection;
            let proofs = if is_proof { trials.proofs } else { 0 };
            test.weigh(trials.ok, trials.failed[kind.index()], proofs);
        }
    }

    /// Whether one of the alarms is on.
    pub fn is_alarmed(&self) -> bool {
        self.each().any(Cusum::is_alarmed)
    }

    /// Whether nothing speaks for a block of any kind.
    pub fn is_idle(&self) -> bool {
        self.each().all(Cusum::is_idle)
    }

    /// Ends the alarms; what is ordinary stays as it was learnt.
    pub fn clear(&mut self) {
        for (_, test) in &mut self.tests {
            test.clear();
        }
    }

    /// Log-likelihood ratio of the likeliest kind of block, in nats.
    pub fn llr(&self) -> f64 {
        self.leading().llr()
    }

    /// What ordinarily fails in the way of the likeliest kind.
    pub fn ordinary_failure_rate(&self) -> f64 {
        self.leading().ordinary_failure_rate()
    }

    fn leading(&self) -> Cusum {
        let by_llr = |a: &&Cusum, b: &&Cusum| a.llr().total_cmp(&b.llr());
        self.each().max_by(by_llr).copied().unwrap_or_default()
    }

    fn each(&self) -> impl Iterator<Item = &Cusum> {
        self.tests.iter().map(|(_, test)| test)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: Kind, count: u64, ok: u64) -> Trials {
        let mut trials = Trials {
            ok,
            ..Trials::default()
        };
        trials.failed[kind.index()] = count;
        trials
    }

    #[test]
    fn each_kind_has_a_baseline_of_its_own() {
        let mut panel = Panel::new(Transport::Tcp);
        for _ in 0..2_000 {
            // A prefix whose hosts die now and then.
            panel.observe(&failed(Kind::SynBlackhole, 1, 6));
        }
        assert!(!panel.is_alarmed());
        // It never froze before: five freezes say more than five timeouts.
        panel.observe(&failed(Kind::DataCutoff, 5, 0));
        assert!(panel.is_alarmed());
    }

    #[test]
    fn symptoms_of_several_kinds_do_not_hide_each_other() {
        let mut panel = Panel::new(Transport::Tcp);
        for _ in 0..8 {
            panel.observe(&failed(Kind::SynBlackhole, 1, 0));
            panel.observe(&failed(Kind::DataBlackhole, 1, 0));
        }
        assert!(panel.is_alarmed());
    }

    #[test]
    fn quic_has_one_test_and_tcp_the_others() {
        assert_eq!(Panel::new(Transport::Quic).tests.len(), 1);
        assert_eq!(Panel::new(Transport::Tcp).tests.len(), Kind::ALL.len() - 1);
    }

    #[test]
    fn trials_of_a_poll_are_told_apart_by_transport_and_kind() {
        let mut delta = super::super::tests::delta("198.18.0.0/24", 3, 2);
        delta.trials[Verdict::Ok.index()] = 5;
        delta.quic_ok_trials = 2;
        delta.trials[Verdict::QuicTimeout.index()] = 4;
        delta.trials[Verdict::FinInjected.index()] = 1;
        let tcp = Trials::of(&delta, Transport::Tcp);
        assert_eq!((tcp.ok, tcp.failures(), tcp.proofs), (3, 3, 1));
        let quic = Trials::of(&delta, Transport::Quic);
        assert_eq!((quic.ok, quic.failures(), quic.proofs), (2, 4, 0));
    }
}
