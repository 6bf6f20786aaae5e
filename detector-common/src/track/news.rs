//! What one packet has changed, between the two steps of [`super::track`].

use crate::{
    classify::{Judgement, Sighting},
    destination::DestinationState,
    flow::{Direction, FlowKey, FlowState},
    mark::Marks,
    time::Nanos,
    verdict::{Stage, Verdict},
};

/// What is new of one connection.
///
/// In the kernel it lies in a map: what is read back from there is unknown to the verifier, so
/// that it walks what follows once, and not once for each way that leads to it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(C)]
pub struct News {
    /// The connection.
    pub(super) key: FlowKey,
    /// When the packet passed.
    pub(super) at: Nanos,
    /// Payload bytes that had come in.
    pub(super) bytes_in: u32,
    /// Packets that had passed both ways.
    pub(super) packets: u16,
    /// Marks that this packet added.
    pub(super) marks: Marks,
    /// The verdict that this packet brought, as its code.
    verdict: u8,
    /// The stage that the verdict met, as its index.
    stage: u8,
    /// 1 where the packet began the connection.
    pub(super) is_first: u8,
    /// 1 where the server's first data came.
    pub(super) is_answered: u8,
    /// 1 where the destination answered for the first time.
    pub(super) is_promoted: u8,
    /// 1 where it came from the remote side.
    pub(super) is_inbound: u8,
    /// 1 where nothing more is learnt from the connection.
    pub(super) is_settled: u8,
    /// 1 where the destination answered at least once.
    pub(super) is_alive: u8,
    /// 1 where it failed when last heard of before.
    pub(super) was_failing: u8,
    /// 1 where the verdict is a trial.
    pub(super) is_trial: u8,
    /// Always zeroes.
    zeroes: [u8; 6],
}

impl News {
    /// Notes how things stand before the packet.
    #[inline(always)]
    pub(super) const fn begin(
        &mut self,
        key: &FlowKey,
        now: Nanos,
        flow: &FlowState,
        destination: &DestinationState,
    ) {
        self.key = *key;
        self.at = now;
        self.marks = flow.marks;
        self.is_answered = flow.answered;
        self.is_promoted = destination.answered;
    }

    /// Notes what the packet changed, and whether that is a trial.
    #[inline(always)]
    pub(super) fn end(
        &mut self,
        flow: &FlowState,
        destination: &mut DestinationState,
        judgement: Option<Judgement>,
        sighting: &Sighting<'_>,
    ) {
        self.bytes_in = flow.bytes_in();
        self.packets = flow.packets;
        self.marks = flow.marks.without(self.marks);
        // A new connection on old ports takes the old one's answer away; that is no answer.
        self.is_answered = flow.answered & (self.is_answered ^ 1);
        self.is_promoted ^= destination.answered;
        self.is_first = u8::from(flow.syn_at == sighting.now);
        self.is_inbound = u8::from(matches!(sighting.direction, Direction::In));
        self.is_settled = u8::from(flow.is_settled());
        self.is_alive = destination.answered;
        self.was_failing = destination.failing;
        self.is_trial = 0;
        self.verdict = 0;
        self.stage = 0;
        if let Some(judgement) = judgement {
            let Sighting { now, tuning, .. } = *sighting;
            let is_trial = destination.is_trial(judgement, &self.key.local, now, tuning);
            self.is_trial = u8::from(is_trial);
            self.verdict = judgement.verdict.code();
            self.stage = judgement.stage as u8;
        }
    }

    /// The verdict that this packet brought.
    #[inline(always)]
    pub fn judgement(&self) -> Option<Judgement> {
        Some(Judgement {
            verdict: Verdict::of_code(self.verdict)?,
            stage: Stage::of_index(self.stage),
        })
    }

    /// Whether the counters of the prefix change.
    #[inline(always)]
    pub(super) const fn is_counted(&self) -> bool {
        self.verdict | self.is_first | self.is_answered | self.is_promoted != 0
    }
}
