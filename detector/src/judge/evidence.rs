//! What is known of the failures of a prefix or a range since they began.

use detector_common::verdict::{Stage, Verdict};
use serde::{Deserialize, Serialize};

use super::transport::Transport;
use crate::snapshot::{Delta, Stalls, failures};

/// Trials since the failures began.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Evidence {
    /// Trials that succeeded.
    pub ok: u64,
    /// Failed trials by verdict.
    pub symptoms: [u64; Verdict::TRIALS],
    /// Failed trials by stage.
    pub stages: [u64; Stage::COUNT],
    /// Connections that were cut off, by where.
    pub stalls: Stalls,
    /// Failed trials that came while something else worked, or that no outage looks like: those
    /// are not our own uplink's.
    pub corroborated: u64,
}

impl Evidence {
    /// Nothing is known.
    pub const NONE: Self = Self {
        ok: 0,
        symptoms: [0; Verdict::TRIALS],
        stages: [0; Stage::COUNT],
        stalls: Stalls::NONE,
        corroborated: 0,
    };

    /// Trials that failed.
    pub fn failed(&self) -> u64 {
        self.symptoms.iter().sum()
    }

    /// Trials that prove a third party.
    pub fn proofs(&self) -> u64 {
        failures()
            .filter(|verdict| verdict.proves_third_party())
            .map(|verdict| self.symptoms[verdict.index()])
            .sum()
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

    /// Takes in what one poll says of a transport.
    pub(super) fn take_in(&mut self, delta: &Delta, transport: Transport) {
        self.ok += delta.ok(transport);
        for verdict in failures().filter(|verdict| transport.fails_by(*verdict)) {
            self.symptoms[verdict.index()] += delta.trials[verdict.index()];
        }
        add(&mut self.stages, &stages(delta, transport));
        if transport == Transport::Tcp {
            add(&mut self.stalls.bytes, &delta.stalls.bytes);
            add(&mut self.stalls.packets, &delta.stalls.packets);
        }
    }
}

/// QUIC fails before it says anything, and nothing else does that is counted there.
fn stages(delta: &Delta, transport: Transport) -> [u64; Stage::COUNT] {
    let quic = delta.trials[Verdict::QuicTimeout.index()];
    let mut stages = [0; Stage::COUNT];
    match transport {
        Transport::Quic => stages[Stage::PostSyn.index()] = quic,
        Transport::Tcp => {
            stages = delta.stages;
            let first = &mut stages[Stage::PostSyn.index()];
            *first = first.saturating_sub(quic);
        }
    }
    stages
}

fn add<const N: usize>(sums: &mut [u64; N], terms: &[u64; N]) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum += term;
    }
}
