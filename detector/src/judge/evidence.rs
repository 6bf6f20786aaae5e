//! What is known of the failures of a prefix or a range since they began.

use detector_common::{
    stall::Bucket,
    verdict::{Stage, Verdict},
};
use serde::{Deserialize, Serialize};

use super::transport::Transport;
use crate::{
    kind::Kind,
    snapshot::{Delta, Stalls, failures},
};

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

    /// By what means most trials failed; where two are level, the one that proves more.
    pub fn kind(&self) -> Kind {
        let failed = |kind: &Kind| -> u64 {
            failures()
                .filter(|verdict| Kind::of(*verdict) == Some(*kind))
                .map(|verdict| self.symptoms[verdict.index()])
                .sum()
        };
        Kind::ALL
            .into_iter()
            .max_by_key(failed)
            .unwrap_or(Kind::SynBlackhole)
    }

    /// Whether connections break off at one place, if that is what they do: a censor counts bytes
    /// or packets, and ordinary stalls come anywhere.
    pub fn is_of_one_cut(&self) -> bool {
        self.kind() != Kind::DataCutoff
            || is_concentrated(&self.stalls.bytes)
            || is_concentrated(&self.stalls.packets)
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
            self.symptoms[verdict.index()] += u64::from(delta.trials[verdict.index()]);
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
    stages.map(u64::from)
}

/// Whether two neighbouring steps of a histogram hold three in five of all.
fn is_concentrated(steps: &[u64; Bucket::COUNT]) -> bool {
    let all: u64 = steps.iter().sum();
    let most = steps.windows(2).map(|pair| pair[0] + pair[1]).max();
    most.unwrap_or_default() * 5 >= all * 3
}

fn add<const N: usize>(sums: &mut [u64; N], terms: &[u64; N]) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum += term;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stalled(bytes: [u64; Bucket::COUNT], packets: [u64; Bucket::COUNT]) -> Evidence {
        let mut evidence = Evidence::NONE;
        evidence.symptoms[Verdict::DataCutoff.index()] = 10;
        evidence.stalls = Stalls { bytes, packets };
        evidence
    }

    const ANYWHERE: [u64; Bucket::COUNT] = [0, 2, 2, 2, 2, 2, 0, 0];

    #[test]
    fn a_cut_is_at_one_place_in_bytes_or_in_packets() {
        let here = [0, 1, 2, 0, 4, 2, 1, 0];
        assert!(stalled(here, ANYWHERE).is_of_one_cut());
        assert!(stalled(ANYWHERE, here).is_of_one_cut());
        assert!(!stalled(ANYWHERE, ANYWHERE).is_of_one_cut());
    }

    #[test]
    fn what_is_no_cut_needs_no_place() {
        let mut evidence = stalled(ANYWHERE, ANYWHERE);
        evidence.symptoms[Verdict::SynTimeout.index()] = 11;
        assert!(evidence.is_of_one_cut());
    }

    #[test]
    fn of_level_symptoms_the_one_that_proves_more_gives_the_kind() {
        let mut evidence = Evidence::NONE;
        evidence.symptoms[Verdict::SynTimeout.index()] = 3;
        evidence.symptoms[Verdict::RstInjected.index()] = 3;
        assert_eq!(evidence.kind(), Kind::RstInjection);
        evidence.symptoms[Verdict::SynTimeout.index()] = 4;
        assert_eq!(evidence.kind(), Kind::SynBlackhole);
    }
}
