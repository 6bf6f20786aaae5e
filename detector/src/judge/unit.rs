//! What is known of one tracked prefix: its own test, and the evidence since it began to fail.

use std::time::Duration;

use detector_common::verdict::{Stage, Verdict};

use super::{cusum::Cusum, uplink::Uplink};
use crate::{
    moment::Moment,
    snapshot::{Delta, Stalls},
};

/// Failed trials that make a prefix a member of a range whose wider test has alarmed.
const SUPPORT: u64 = 2;
/// Successful connections in a row that end a block of which no host fails any more.
const ALL_CLEAR: u64 = 12;
/// For how long none must fail. A SYN takes three seconds to fail: sooner, a host that was let
/// through for a moment is not seen to fail again.
const ALL_CLEAR_SPAN: Duration = Duration::from_secs(5);

/// Trials since the failures began.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Evidence {
    /// Trials that succeeded.
    pub ok: u64,
    /// Failed trials by verdict.
    pub symptoms: [u64; Verdict::COUNT],
    /// Failed trials by stage.
    pub stages: [u64; Stage::COUNT],
    /// Connections that were cut off, by where.
    pub stalls: Stalls,
    /// Failed trials that came while something else worked, or that no outage looks like: those
    /// are not our own uplink's.
    pub corroborated: u64,
}

impl Evidence {
    /// Trials that failed.
    pub fn failed(&self) -> u64 {
        self.symptoms.iter().sum()
    }

    /// Adds the evidence of another prefix of the range.
    pub fn merge(&mut self, other: &Self) {
        self.ok += other.ok;
        self.corroborated += other.corroborated;
        add(&mut self.symptoms, &other.symptoms);
        add(&mut self.stages, &other.stages);
        add(&mut self.stalls.bytes, &other.stalls.bytes);
        add(&mut self.stalls.packets, &other.stalls.packets);
    }

    fn take_in(&mut self, delta: &Delta) {
        self.ok += delta.ok();
        for verdict in Verdict::ALL {
            if verdict != Verdict::Ok {
                self.symptoms[verdict.index()] += delta.trials[verdict.index()];
            }
        }
        add(&mut self.stages, &delta.stages);
        add(&mut self.stalls.bytes, &delta.stalls.bytes);
        add(&mut self.stalls.packets, &delta.stalls.packets);
    }
}

fn add<const N: usize>(sums: &mut [u64; N], terms: &[u64; N]) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum += term;
    }
}

/// One tracked prefix.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// Its own test.
    pub cusum: Cusum,
    /// Trials since [`Self::since`].
    pub evidence: Evidence,
    /// When the present run of failures began.
    pub since: Option<Moment>,
    /// When a connection last ended well.
    pub last_ok: Option<Moment>,
    /// When a trial last failed.
    pub last_failed: Option<Moment>,
    /// Once-alive hosts whose latest trial failed.
    pub hosts_failed: u32,
    /// Once-alive hosts that did not fail since.
    pub hosts_ok: u32,
    /// When a host was last known to fail.
    last_failing: Option<Moment>,
    oks_in_a_row: u64,
}

impl Unit {
    /// Takes in what happened since the last poll; `witness` is when, up to that poll, a
    /// connection to a prefix free of suspicion last ended well.
    pub fn observe(&mut self, delta: &Delta, now: Moment, witness: Option<Moment>) {
        if self.cusum.is_idle() {
            self.evidence = Evidence::default();
            self.since = None;
        }
        if delta.failed() > 0 && (self.since.is_none() || self.is_relapse()) {
            self.since = Some(now);
        }
        self.evidence.take_in(delta);
        self.evidence.corroborated += self.corroborated(delta, now, witness);
        self.hosts_failed = delta.hosts_failed;
        self.hosts_ok = delta.hosts_ok;
        if delta.connections_ok > 0 {
            self.last_ok = Some(now);
        }
        if delta.failed() > 0 {
            self.last_failed = Some(now);
        }
        if delta.hosts_failed > 0 {
            self.last_failing = Some(now);
        }
        self.oks_in_a_row = if delta.failed() > 0 {
            0
        } else {
            self.oks_in_a_row + delta.connections_ok
        };
        self.cusum.observe(delta.ok(), delta.failed());
        if self.is_all_clear(now) {
            self.cusum.clear();
        }
    }

    /// Failed trials that are not our own uplink's. An outage forges nothing; what takes its time to
    /// fail shows an outage by then; and a router's word must be outlasted by a success elsewhere.
    fn corroborated(&self, delta: &Delta, now: Moment, witness: Option<Moment>) -> u64 {
        let is_outlasted = matches!((self.since, witness), (Some(since), Some(witness))
            if witness.is_after(&since));
        if is_outlasted {
            delta.failed()
        } else if Uplink::worked_lately(witness, now) {
            delta.failed() - delta.refusals()
        } else {
            delta.failed() - delta.silences()
        }
    }

    /// Whether it is blocked: by its own test, or as part of a wider prefix whose test alarmed.
    pub fn is_blocked(&self, is_wider_alarmed: bool) -> bool {
        let supports = self.evidence.failed() >= SUPPORT || self.hosts_ok == 0;
        self.cusum.is_alarmed() || (is_wider_alarmed && !self.cusum.is_idle() && supports)
    }

    /// When a connection last ended well, unless something failed since.
    pub fn working_at(&self) -> Option<Moment> {
        self.last_ok.filter(|last_ok| {
            !self
                .last_failed
                .is_some_and(|last_failed| last_failed.is_after(last_ok))
        })
    }

    /// Whether a failure now is another matter than the ones before: it worked in between, and no
    /// block was seen. A dead host says nothing of when a block begins.
    fn is_relapse(&self) -> bool {
        !self.cusum.is_alarmed() && self.working_at().is_some()
    }

    /// With few hosts the mirrored test takes long; that every host answers again is as good.
    fn is_all_clear(&self, now: Moment) -> bool {
        self.oks_in_a_row >= ALL_CLEAR
            && self
                .last_failing
                .is_none_or(|last_failing| now.since(&last_failing) >= ALL_CLEAR_SPAN)
    }
}
