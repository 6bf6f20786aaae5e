//! What is remembered of one destination (address and port), across connections.
//!
//! A blackhole is a property of a destination, not of a socket: an app that gives up after a
//! second and opens a new socket counts like one that retransmits.

use crate::{
    address::Address,
    classify::Judgement,
    time::{Nanos, Ticks},
    tuning::Tuning,
    verdict::{Outcome, Stage, Verdict},
};

/// Address and port of a remote endpoint.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[repr(C)]
pub struct DestinationKey {
    /// Remote address.
    pub address: Address,
    /// Remote port.
    pub port: u16,
    /// Transport, one of [`crate::flow::protocol`].
    pub protocol: u16,
    /// Always zero: a map compares padding too.
    pub zero: u32,
}

/// The memory of one destination. Zeroes mean: nothing known.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(C)]
pub struct DestinationState {
    /// When the run of unanswered SYNs began.
    pub silent_since: Nanos,
    /// When the latest SYN left that counts in the run.
    pub last_syn: Nanos,
    /// When the latest trial was counted that succeeded.
    pub ok_at: Ticks,
    /// When the latest trial was counted that failed.
    pub failed_at: Ticks,
    /// Length of the run of unanswered SYNs.
    pub silent_syns: u16,
    /// Outcome of the latest trial, as a small code.
    pub trial: u8,
    /// 1 where the latest connection failed, whether that was a trial or not.
    pub failing: u8,
    /// Smallest handshake round trip seen, in microseconds; 0 where none was measured.
    pub min_rtt_us: u32,
    /// TTL of the latest SYN-ACK.
    pub ttl: u8,
    /// 1 once a SYN-ACK came.
    pub answered: u8,
    /// 1 where the latest SYN-ACK had the DF bit.
    pub dont_fragment: u8,
    /// Always zero: a map compares padding too.
    pub zero: u8,
    /// The client whose words the latest failed trial followed, folded; 0 where it had said none.
    pub poisoned_by: u32,
}

const _: () = assert!(
    size_of::<DestinationKey>() == 24,
    "a map key has no padding"
);
const _: () = assert!(
    size_of::<DestinationState>() == 40,
    "a map value has no padding"
);

/// SYNs that must stay unanswered in a row.
const SILENT_SYNS: u16 = 3;

impl DestinationState {
    /// Whether it ever answered a SYN.
    pub const fn has_answered(&self) -> bool {
        self.answered != 0
    }

    /// Smallest round trip, where one is known.
    pub const fn min_rtt(&self) -> Option<Nanos> {
        match self.min_rtt_us {
            0 => None,
            us => Some(Nanos((us as u64).wrapping_mul(1_000))),
        }
    }

    /// Notes a SYN to it, and says whether the silence has become a timeout.
    ///
    /// No timer runs in the kernel: the third unanswered SYN, three seconds after the first, is
    /// the event. SYNs in parallel are one attempt: the later ones say nothing of the earlier.
    #[inline(always)]
    pub fn syn(&mut self, now: Nanos, tuning: &Tuning) -> Option<Verdict> {
        let gap = now.since(self.last_syn);
        if self.silent_syns == 0 || gap > tuning.syn_run_gap {
            self.silent_since = now;
            self.silent_syns = 0;
        } else if gap < tuning.syn_spacing {
            return None;
        }
        self.last_syn = now;
        self.silent_syns = self.silent_syns.saturating_add(1);
        let silent = now.since(self.silent_since) >= tuning.syn_silence;
        (silent && self.silent_syns >= SILENT_SYNS).then_some(Verdict::SynTimeout)
    }

    /// Notes any answer to a SYN, also a refusal: the run of silence is over.
    #[inline(always)]
    pub const fn heard(&mut self) {
        self.silent_syns = 0;
    }

    /// Notes a SYN-ACK; `rtt` where it was measured on a SYN sent once (Karn, RFC 6298 §3).
    #[inline(always)]
    pub fn answered(&mut self, ttl: u8, dont_fragment: bool, rtt: Option<Nanos>) {
        self.heard();
        self.answered = 1;
        self.ttl = ttl;
        self.dont_fragment = u8::from(dont_fragment);
        // Zero stands for unknown, so the fastest answer there is counts one microsecond.
        if let Some(rtt) = rtt.map(|rtt| rtt.as_micros_u32().max(1))
            && (self.min_rtt_us == 0 || rtt < self.min_rtt_us)
        {
            self.min_rtt_us = rtt;
        }
    }

    /// Whether it failed when last heard of.
    pub const fn is_failing(&self) -> bool {
        self.failing != 0
    }

    /// Notes a judgement, and says whether it is a trial: it speaks of the path, and it is news.
    ///
    /// Retries of a blocked app come in storms, and what is overloaded or blocked by name fails
    /// for some connections and works for others: each outcome counts once a trial time. Only a
    /// success right after a failed trial counts at once, so that the end of a block is seen.
    #[inline(always)]
    pub fn is_trial(
        &mut self,
        judgement: Judgement,
        client: &Address,
        now: Nanos,
        tuning: &Tuning,
    ) -> bool {
        match judgement.verdict.outcome() {
            Outcome::Void => false,
            Outcome::Ok => self.succeed(now, tuning),
            Outcome::Failed => self.fail(judgement.stage, client, now, tuning),
        }
    }

    #[inline(always)]
    fn succeed(&mut self, now: Nanos, tuning: &Tuning) -> bool {
        self.failing = 0;
        if self.trial == OK && now.since(self.ok_at.nanos()) < tuning.trial {
            return false;
        }
        self.trial = OK;
        self.ok_at = Ticks::of(now);
        true
    }

    /// A failure may be the residue of an earlier one. What a client said may poison it and the
    /// destination for minutes: whatever fails between them then is the same event. A SYN says
    /// nothing yet, so its failure poisons nobody.
    #[inline(always)]
    fn fail(&mut self, stage: Stage, client: &Address, now: Nanos, tuning: &Tuning) -> bool {
        self.failing = 1;
        let has_failed = self.trial == FAILED || self.failed_at.0 != 0;
        // Zero stands for nobody.
        let by = client.fold() | 1;
        let span = now.since(self.failed_at.nanos());
        let is_residual = self.poisoned_by == by && span < tuning.poison;
        if has_failed && (is_residual || span < tuning.trial) {
            return false;
        }
        self.trial = FAILED;
        self.failed_at = Ticks::of(now);
        self.poisoned_by = if matches!(stage, Stage::PostSyn) {
            0
        } else {
            by
        };
        true
    }
}

/// Outcomes as they are stored; 0 is none yet.
const OK: u8 = 1;
const FAILED: u8 = 2;

#[cfg(test)]
mod tests;
