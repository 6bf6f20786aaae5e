//! What is known of one tracked prefix over one transport: its own tests, its hosts, and the
//! evidence since it began to fail.

pub mod settled;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    evidence::Evidence,
    hosts::Hosts,
    panel::{Panel, Trials},
    transport::Transport,
    uplink::Uplink,
};
use crate::{
    moment::{self, Moment},
    snapshot::Delta,
    status::Suspicion,
};

/// Failed trials that make a prefix a member of a range whose wider test has alarmed.
const SUPPORT: u64 = 2;
/// Connections that must fail in a row where some worked in one poll, and one more each time there
/// are twice as many such polls, or twice as many mixed prefixes. Where half of all fail, by chance
/// or by name, each success begins another row: that of ten thousand in each of them any is ever so
/// long is one chance in 300.
const STEADY: u64 = 12;
/// How long after the first failure connections still end well that were under way.
const ONSET: Duration = Duration::from_secs(2);
/// How long it is remembered that some worked: the time in which every destination is tried again.
const MIXED: Duration = Duration::from_mins(2);
/// So many polls in which connections worked, and half as many as those in which some failed: it
/// is no block. Polls, since a silent destination fails once a second however many ask.
const LEAKS: u64 = 6;
/// Successful connections in a row that end a block of which no host fails any more.
const ALL_CLEAR: u64 = 12;
/// Without a word for as long as destinations are remembered, nobody asks any more.
const ABANDONED: Duration = Duration::from_hours(7 * 24);
/// For how long none must fail. A SYN takes three seconds to fail: sooner, a host that was let
/// through for a moment is not seen to fail again.
const ALL_CLEAR_SPAN: Duration = Duration::from_secs(5);

/// One tracked prefix.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Unit {
    /// Its own tests.
    pub panel: Panel,
    /// Trials since [`Self::since`].
    pub evidence: Evidence,
    /// When the present run of failures began.
    #[serde(with = "moment::optional")]
    pub since: Option<Moment>,
    /// When a connection last ended well.
    #[serde(with = "moment::optional")]
    pub last_ok: Option<Moment>,
    /// When a trial last failed.
    #[serde(with = "moment::optional")]
    pub last_failed: Option<Moment>,
    /// When a host was last known to fail.
    #[serde(with = "moment::optional")]
    last_failing: Option<Moment>,
    /// When it last failed for some connections and worked for others.
    #[serde(with = "moment::optional")]
    mixed_at: Option<Moment>,
    /// Judged blocked, and nothing took that back.
    is_held: bool,
    hosts: Hosts,
    oks_in_a_row: u64,
    failures_in_a_row: u64,
    /// Since anything was suspected.
    polls: Polls,
}

/// Polls by what they brought; one may bring both.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
struct Polls {
    ok: u64,
    failed: u64,
}

impl Unit {
    /// A prefix of which nothing is known.
    pub fn new(transport: Transport) -> Self {
        Self {
            panel: Panel::new(transport),
            evidence: Evidence::default(),
            since: None,
            last_ok: None,
            last_failed: None,
            last_failing: None,
            mixed_at: None,
            is_held: false,
            hosts: Hosts::default(),
            oks_in_a_row: 0,
            failures_in_a_row: 0,
            polls: Polls::default(),
        }
    }

    /// Takes in what happened since the last poll, and says what trials there were; `witness` is
    /// when, up to that poll, a connection to a prefix free of suspicion last ended well.
    pub fn observe(
        &mut self,
        delta: &Delta,
        transport: Transport,
        now: Moment,
        witness: Option<Moment>,
    ) -> Trials {
        let trials = Trials::of(delta, transport);
        if self.panel.is_idle() {
            self.begin_anew();
        }
        if trials.failures() > 0 && (self.since.is_none() || self.is_relapse()) {
            self.since = Some(now);
            self.evidence = Evidence::default();
        }
        self.evidence.take_in(delta, transport);
        self.evidence.corroborated += self.corroborated(&trials, delta, now, witness);
        self.hosts.take_in(delta.alive, delta.failed);
        self.note(delta, transport, &trials, now);
        self.panel.observe(&trials);
        if self.is_all_clear(now) {
            self.clear();
        }
        trials
    }

    /// Ends every suspicion.
    pub fn clear(&mut self) {
        self.panel.clear();
        self.is_held = false;
    }

    /// Nothing is suspected: what comes is another matter.
    fn begin_anew(&mut self) {
        self.is_held = false;
        self.since = None;
        self.polls = Polls::default();
        self.hosts.begin_anew();
    }

    fn note(&mut self, delta: &Delta, transport: Transport, trials: &Trials, now: Moment) {
        let (ok, failed) = (
            delta.connections_ok(transport),
            delta.connections_failed(transport),
        );
        if ok > 0 {
            self.last_ok = Some(now);
        }
        if trials.failures() > 0 {
            self.last_failed = Some(now);
        }
        if !self.hosts.failing().is_empty() {
            self.last_failing = Some(now);
        }
        let fails = failed > 0 && !self.hosts.failing().is_empty();
        self.oks_in_a_row = in_a_row(self.oks_in_a_row, ok, u64::from(fails));
        self.failures_in_a_row = in_a_row(self.failures_in_a_row, failed, ok);
        if self.since.is_some() {
            self.polls.ok += u64::from(ok > 0);
            self.polls.failed += u64::from(failed > 0);
            if (ok > 0 && !self.is_onset(now)) || !self.hosts.recovered().is_empty() {
                self.mixed_at = Some(now);
            }
            if failed > 0 {
                self.release_if_leaking();
            }
        }
    }

    /// Failed trials that are not our own uplink's. An outage forges nothing; what takes its time to
    /// fail shows an outage by then; and a router's word must be outlasted by a success elsewhere.
    fn corroborated(
        &self,
        trials: &Trials,
        delta: &Delta,
        now: Moment,
        witness: Option<Moment>,
    ) -> u64 {
        let is_outlasted = matches!((self.since, witness), (Some(since), Some(witness))
            if witness.is_after(&since));
        let failed = trials.failures();
        if is_outlasted {
            failed
        } else if Uplink::worked_lately(witness, now) {
            failed.saturating_sub(delta.refusals())
        } else {
            failed.saturating_sub(delta.silences())
        }
    }

    /// Hosts that fail since the failures began.
    pub fn hosts_failing(&self) -> u32 {
        self.hosts.failing().len()
    }

    /// Hosts of which the latest word is good, at most as many as there were answers since.
    pub fn hosts_seen_working(&self) -> u32 {
        let working = self.hosts.working().len();
        u32::try_from(self.evidence.ok).map_or(working, |ok| ok.min(working))
    }

    /// What is held against it, for eyes.
    pub fn suspicion(&self, now: Moment) -> Suspicion {
        Suspicion {
            kind: self.evidence.kind(),
            since: self.since.map(|since| since.wall),
            trials: self.evidence.ok + self.evidence.failed(),
            failed: self.evidence.failed(),
            proofs: self.evidence.proofs(),
            llr: self.panel.llr(),
            ordinary_failure_rate: self.panel.ordinary_failure_rate(),
            hosts_failing: self.hosts_failing(),
            hosts_working: self.hosts_seen_working(),
            is_alarmed: self.panel.is_alarmed(),
            is_mixed: self.is_mixed(now),
            is_blocked: self.is_held,
        }
    }

    /// Whether nobody has tried it for so long that nobody will.
    pub fn is_abandoned(&self, now: Moment) -> bool {
        let last_words = [self.last_ok, self.last_failed].into_iter().flatten();
        last_words
            .map(|at| now.since(&at))
            .all(|span| span >= ABANDONED)
    }

    /// Whether it fails for some connections and works for others, or did lately: blocked by name,
    /// overloaded, or partly dead.
    pub fn is_mixed(&self, now: Moment) -> bool {
        let is_recent = |mixed_at: Moment| now.since(&mixed_at) < MIXED;
        let may_be = self.polls.ok > 0 && self.is_onset(now);
        !self.is_held && (may_be || self.mixed_at.is_some_and(is_recent))
    }

    /// Whether it has only just begun to fail: what works now may have been under way.
    fn is_onset(&self, now: Moment) -> bool {
        self.since.is_some_and(|since| now.since(&since) < ONSET)
    }

    /// Whether it looks blocked by its own trials: its tests alarmed, or as part of a wider prefix
    /// whose tests did.
    pub fn is_candidate(&self, is_wider_alarmed: bool) -> bool {
        let none_works = self.hosts.working().is_empty();
        let supports = self.evidence.failed() >= SUPPORT || none_works;
        let is_alarmed =
            self.panel.is_alarmed() || (is_wider_alarmed && !self.panel.is_idle() && supports);
        let most_fail = self.evidence.failed() > 2 * self.evidence.ok;
        is_alarmed && (self.is_held || most_fail || self.is_steady_among(1))
    }

    /// Whether it fails so steadily that it is no excuse that it worked, nor what works of the
    /// `mixed` prefixes of its neighbourhood.
    pub fn is_steady_among(&self, mixed: u64) -> bool {
        let doublings = |count: u64| u64::from(count.checked_ilog2().unwrap_or(0));
        self.failures_in_a_row >= STEADY + doublings(self.polls.ok) + doublings(mixed)
    }

    /// Whether it was judged blocked before, and is not to be let go for a stray success.
    pub const fn is_held(&self) -> bool {
        self.is_held
    }

    /// Holds it for blocked from now on, until it works or turns out to leak.
    pub const fn hold(&mut self) {
        self.is_held = true;
    }

    /// Lets go of what goes on failing and leaks too much to be a block.
    const fn release_if_leaking(&mut self) {
        let Polls { ok, failed } = self.polls;
        if ok >= LEAKS && 2 * ok >= failed {
            self.is_held = false;
        }
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
    /// block was claimed. A dead host says nothing of when a block begins.
    fn is_relapse(&self) -> bool {
        let worked = matches!((self.last_ok, self.last_failed), (Some(ok), Some(failed))
            if ok.is_after(&failed));
        !self.is_held && worked
    }

    /// With few hosts the mirrored test takes long; that every host answers again is as good.
    fn is_all_clear(&self, now: Moment) -> bool {
        self.oks_in_a_row >= ALL_CLEAR
            && self
                .last_failing
                .is_none_or(|last_failing| now.since(&last_failing) >= ALL_CLEAR_SPAN)
    }
}

/// A run of events that others end. Their order within a poll is not known.
const fn in_a_row(run: u64, more: u64, others: u64) -> u64 {
    if others > 0 {
        0
    } else {
        run.saturating_add(more)
    }
}

#[cfg(test)]
mod tests;
