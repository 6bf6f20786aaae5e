//! From cumulative counters to what happened since the last look.
//!
//! Owns time differences and nothing else: must not know thresholds or alerts.

use std::net::{Ipv4Addr, Ipv6Addr};

use detector_common::{
    prefix::{Counter, Hosts, PrefixCounters, PrefixKey},
    stall::Bucket,
    tuning::Tuning,
    verdict::{Stage, Verdict},
};
use indexmap::IndexMap;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use crate::judge::{hosts::HostSet, transport::Transport};

/// Cumulative counters of every tracked prefix at one time. Close together: a hash table of whole counters would be
/// half empty.
pub type Snapshot = IndexMap<PrefixKey, PrefixCounters>;

/// Prefixes that may change in a turn without its taking memory anew. Room for more is given back: a megabyte of differences
/// is kept, and not twenty for good after a turn in which everything changed.
pub const ROOM: usize = 4_096;

/// A prefix and its counters.
pub type Tracked = (PrefixKey, PrefixCounters);

/// Connections that were cut off, by the payload and by the packets that had passed.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Stalls {
    /// By bytes of payload, in the order of [`Bucket::ALL`].
    pub bytes: [u64; Bucket::COUNT],
    /// By packets both ways, in the same order.
    pub packets: [u64; Bucket::COUNT],
}

impl Stalls {
    /// None was cut off.
    pub const NONE: Self = Self {
        bytes: [0; Bucket::COUNT],
        packets: [0; Bucket::COUNT],
    };
}

/// What happened to one prefix between two snapshots. There are as many as prefixes in a second in which everything
/// changes, so its numbers are no wider than the counters, but those of stalls, which are added up as they are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Delta {
    /// The prefix.
    pub prefix: IpNet,
    /// Connections whose server answered with data, however they end; not only first attempts.
    pub connections_answered: u32,
    /// Connections by verdict; not only first attempts.
    pub verdicts: [u32; Verdict::COUNT],
    /// Those that ended well over QUIC.
    pub quic_ok: u32,
    /// Trials by verdict.
    pub trials: [u32; Verdict::TRIALS],
    /// Those that ended well over QUIC.
    pub quic_ok_trials: u32,
    /// Failed trials by stage.
    pub stages: [u32; Stage::COUNT],
    /// Connections that were cut off, by where.
    pub stalls: Stalls,
    /// Hosts that once answered: a state, not a difference.
    pub alive: HostSet,
    /// Hosts with a destination that failed in its latest connection: a state, not a difference.
    pub failed: HostSet,
}

#[cfg(test)]
impl Delta {
    /// A time in which nothing happened.
    pub(crate) fn quiet(prefix: &str) -> Self {
        Self {
            prefix: prefix.parse().unwrap(),
            connections_answered: 0,
            verdicts: [0; Verdict::COUNT],
            quic_ok: 0,
            trials: [0; Verdict::TRIALS],
            quic_ok_trials: 0,
            stages: [0; Stage::COUNT],
            stalls: Stalls::NONE,
            alive: HostSet::default(),
            failed: HostSet::default(),
        }
    }
}

impl Delta {
    /// Trials over a transport that succeeded.
    pub fn ok(&self, transport: Transport) -> u64 {
        let all = self.trials[Verdict::Ok.index()];
        of_transport(transport, all, self.quic_ok_trials).into()
    }

    /// Connections over a transport that ended well.
    pub fn connections_ok(&self, transport: Transport) -> u64 {
        of_transport(transport, self.verdicts[Verdict::Ok.index()], self.quic_ok).into()
    }

    /// Connections over a transport that failed, those of destinations that never answered too.
    pub fn connections_failed(&self, transport: Transport) -> u64 {
        failures()
            .filter(|verdict| transport.fails_by(*verdict))
            .map(|verdict| u64::from(self.verdicts[verdict.index()]))
            .sum()
    }

    /// Failed trials that an outage of our own looks like.
    pub fn silences(&self) -> u64 {
        silent()
            .map(|verdict| u64::from(self.trials[verdict.index()]))
            .sum()
    }

    /// Connections that failed in a way that an outage of our own looks like.
    pub fn silent_connections(&self) -> u64 {
        silent()
            .map(|verdict| u64::from(self.verdicts[verdict.index()]))
            .sum()
    }

    /// Failed trials on a router's word, which comes at once: those among the silences that an
    /// outage does not precede by anything.
    pub fn refusals(&self) -> u64 {
        self.trials[Verdict::IcmpUnreachable.index()].into()
    }

    /// Takes out the trials that are silences, whose stages are then unknown.
    pub fn void_silences(&mut self) {
        for verdict in silent() {
            let silences = std::mem::take(&mut self.trials[verdict.index()]);
            let stage = &mut self.stages[silent_stage(verdict).index()];
            *stage = stage.saturating_sub(silences);
        }
    }
}

const fn of_transport(transport: Transport, all: u32, quic: u32) -> u32 {
    match transport {
        Transport::Tcp => all.saturating_sub(quic),
        Transport::Quic => quic,
    }
}

/// The verdicts that are failures.
pub fn failures() -> impl Iterator<Item = Verdict> {
    let trials = Verdict::ALL.into_iter().take(Verdict::TRIALS);
    trials.filter(|verdict| *verdict != Verdict::Ok)
}

fn silent() -> impl Iterator<Item = Verdict> {
    failures().filter(|verdict| verdict.is_outage_like())
}

/// The stage in which a silence falls.
const fn silent_stage(verdict: Verdict) -> Stage {
    match verdict {
        Verdict::DataBlackhole => Stage::PostPsh,
        Verdict::DataCutoff => Stage::LaterInFlow,
        _ => Stage::PostSyn,
    }
}

/// What happened to a prefix since `earlier`, which then is what it is now.
///
/// A prefix that is new, or whose counters went back because it was forgotten and tracked again,
/// counts from zero.
pub fn compare(earlier: &mut Snapshot, (key, now): &Tracked, tuning: &Tuning) -> Option<Delta> {
    let before = earlier.entry(*key).or_default();
    (before != now).then(|| {
        let delta = delta(*key, before, now, tuning);
        *before = *now;
        delta
    })
}

fn delta(key: PrefixKey, before: &PrefixCounters, now: &PrefixCounters, tuning: &Tuning) -> Delta {
    let since = |counter: Counter| {
        let (before, now) = (before.value(counter), now.value(counter));
        now.checked_sub(before).unwrap_or(now)
    };
    Delta {
        prefix: network(key, tuning),
        connections_answered: since(Counter::Answered),
        verdicts: Verdict::ALL.map(|verdict| since(Counter::Verdict(verdict))),
        quic_ok: since(Counter::QuicOk),
        trials: std::array::from_fn(|index| since(Counter::Trial(Verdict::ALL[index]))),
        quic_ok_trials: since(Counter::QuicOkTrial),
        stages: Stage::ALL.map(|stage| since(Counter::Stage(stage))),
        stalls: Stalls {
            bytes: Bucket::ALL.map(|bucket| since(Counter::StallBytes(bucket)).into()),
            packets: Bucket::ALL.map(|bucket| since(Counter::StallPackets(bucket)).into()),
        },
        alive: hosts(now, Hosts::Alive),
        failed: hosts(now, Hosts::Failed),
    }
}

fn hosts(counters: &PrefixCounters, hosts: Hosts) -> HostSet {
    HostSet([0, 32, 64, 96, 128, 160, 192, 224].map(|host| {
        let (word, _bit) = hosts.word(host);
        counters.0[word]
    }))
}

/// The prefix as a network, in the family it stands for.
pub fn network(key: PrefixKey, tuning: &Tuning) -> IpNet {
    let bits = |bits: u32, max: u8| u8::try_from(bits).unwrap_or(max).min(max);
    match key.0.as_v4_bits() {
        Some(network) => IpNet::V4(Ipv4Net::new_assert(
            Ipv4Addr::from_bits(network),
            bits(tuning.prefix_v4, 32),
        )),
        None => IpNet::V6(Ipv6Net::new_assert(
            Ipv6Addr::from(key.0.octets()),
            bits(tuning.prefix_v6, 128),
        )),
    }
}
