//! From cumulative counters to what happened since the last look.
//!
//! Owns time differences and nothing else: must not know thresholds or alerts.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, Ipv6Addr},
};

use detector_common::{
    prefix::{Counter, Hosts, PrefixCounters, PrefixKey},
    stall::Bucket,
    tuning::Tuning,
    verdict::{Stage, Verdict},
};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Cumulative counters of every tracked prefix at one time.
pub type Snapshot = HashMap<PrefixKey, PrefixCounters>;

/// Connections that were cut off, by the payload and by the packets that had passed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Stalls {
    /// By bytes of payload, in the order of [`Bucket::ALL`].
    pub bytes: [u64; Bucket::COUNT],
    /// By packets both ways, in the same order.
    pub packets: [u64; Bucket::COUNT],
}

/// What happened to one prefix between two snapshots.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Delta {
    /// The prefix.
    pub prefix: IpNet,
    /// Connections whose server answered with data, however they end; not only first attempts.
    pub connections_answered: u64,
    /// Connections that ended well; not only first attempts.
    pub connections_ok: u64,
    /// Trials by verdict.
    pub trials: [u64; Verdict::COUNT],
    /// Failed trials by stage.
    pub stages: [u64; Stage::COUNT],
    /// Connections that were cut off, by where.
    pub stalls: Stalls,
    /// Hosts that once answered and failed in their latest trial: a state, not a difference.
    pub hosts_failed: u32,
    /// Hosts that once answered and did not fail since: a state, not a difference.
    pub hosts_ok: u32,
}

impl Delta {
    /// Trials that succeeded.
    pub const fn ok(&self) -> u64 {
        self.trials[Verdict::Ok.index()]
    }

    /// Failed trials that an outage of our own looks like.
    pub fn silences(&self) -> u64 {
        silent().map(|verdict| self.trials[verdict.index()]).sum()
    }

    /// Failed trials on a router's word, which comes at once: those among the silences that an
    /// outage does not precede by anything.
    pub const fn refusals(&self) -> u64 {
        self.trials[Verdict::IcmpUnreachable.index()]
    }

    /// Takes the silences out.
    pub fn void_silences(&mut self) {
        for verdict in silent() {
            let silences = std::mem::take(&mut self.trials[verdict.index()]);
            let stage = &mut self.stages[silent_stage(verdict).index()];
            *stage = stage.saturating_sub(silences);
        }
    }

    /// Trials that failed.
    pub fn failed(&self) -> u64 {
        self.trials.iter().sum::<u64>() - self.ok()
    }
}

fn silent() -> impl Iterator<Item = Verdict> {
    Verdict::ALL
        .into_iter()
        .filter(|verdict| verdict.is_outage_like())
}

/// The stage in which a silence falls.
const fn silent_stage(verdict: Verdict) -> Stage {
    match verdict {
        Verdict::DataBlackhole => Stage::PostPsh,
        Verdict::DataCutoff => Stage::LaterInFlow,
        _ => Stage::PostSyn,
    }
}

/// What happened to every prefix that changed from `earlier` to `later`.
///
/// A prefix that is new, or whose counters went back because it was forgotten and tracked again,
/// counts from zero.
pub fn deltas(earlier: &Snapshot, later: &Snapshot, tuning: &Tuning) -> Vec<Delta> {
    let empty = PrefixCounters::default();
    let mut deltas: Vec<Delta> = later
        .iter()
        .filter_map(|(key, now)| {
            let before = earlier.get(key).unwrap_or(&empty);
            (before != now).then(|| delta(*key, before, now, tuning))
        })
        .collect();
    deltas.sort_by_key(|delta| delta.prefix);
    deltas
}

fn delta(key: PrefixKey, before: &PrefixCounters, now: &PrefixCounters, tuning: &Tuning) -> Delta {
    let since = |counter: Counter| {
        let (before, now) = (before.value(counter), now.value(counter));
        u64::from(now.checked_sub(before).unwrap_or(now))
    };
    let alive = hosts(now, Hosts::Alive);
    let failed = hosts(now, Hosts::Failed);
    Delta {
        prefix: network(key, tuning),
        connections_answered: since(Counter::Answered),
        connections_ok: since(Counter::Verdict(Verdict::Ok)),
        trials: Verdict::ALL.map(|verdict| since(Counter::Trial(verdict))),
        stages: Stage::ALL.map(|stage| since(Counter::Stage(stage))),
        stalls: Stalls {
            bytes: Bucket::ALL.map(|bucket| since(Counter::StallBytes(bucket))),
            packets: Bucket::ALL.map(|bucket| since(Counter::StallPackets(bucket))),
        },
        hosts_failed: count(
            alive
                .iter()
                .zip(failed)
                .map(|(alive, failed)| alive & failed),
        ),
        hosts_ok: count(
            alive
                .iter()
                .zip(failed)
                .map(|(alive, failed)| alive & !failed),
        ),
    }
}

fn hosts(counters: &PrefixCounters, hosts: Hosts) -> [u32; 8] {
    [0, 32, 64, 96, 128, 160, 192, 224].map(|host| {
        let (word, _bit) = hosts.word(host);
        counters.0[word]
    })
}

fn count(words: impl Iterator<Item = u32>) -> u32 {
    words.map(u32::count_ones).sum()
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
