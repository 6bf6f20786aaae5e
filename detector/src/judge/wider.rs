//! The same test on wider prefixes, so that thin traffic to many prefixes adds up.

use std::collections::{BTreeMap, HashMap};

use ipnet::IpNet;

use super::cusum::Cusum;
use crate::snapshot::Delta;

const LENGTHS_V4: [u8; 2] = [20, 16];
const LENGTHS_V6: [u8; 3] = [44, 40, 32];

/// The tests of all wider prefixes that had trials.
#[derive(Debug, Default)]
pub struct Wider(HashMap<IpNet, Cusum>);

impl Wider {
    /// Takes in one poll.
    pub fn observe(&mut self, deltas: &[Delta]) {
        for (net, (ok, failed)) in sums(deltas) {
            self.0.entry(net).or_default().observe(ok, failed);
        }
    }

    /// Whether the alarm is on for a prefix around `net`.
    pub fn is_alarmed_around(&self, net: &IpNet) -> bool {
        around(net).any(|wider| self.0.get(&wider).is_some_and(Cusum::is_alarmed))
    }

    /// Ends the alarm of prefixes in which nothing is suspected any more: with few hosts the
    /// mirrored test takes minutes.
    pub fn clear_unless(&mut self, is_suspected: impl Fn(&IpNet) -> bool) {
        for (net, cusum) in &mut self.0 {
            if cusum.is_alarmed() && !is_suspected(net) {
                cusum.clear();
            }
        }
    }

    /// Forgets the prefixes around `net` that are not in use.
    pub fn forget(&mut self, net: &IpNet, is_used: impl Fn(&IpNet) -> bool) {
        for wider in around(net).filter(|wider| !is_used(wider)) {
            self.0.remove(&wider);
        }
    }

    /// How many are under test.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// Trials of all wider prefixes: ok, failed.
fn sums(deltas: &[Delta]) -> BTreeMap<IpNet, (u64, u64)> {
    let mut sums = BTreeMap::new();
    for delta in deltas {
        for net in around(&delta.prefix) {
            let (ok, failed) = sums.entry(net).or_insert((0, 0));
            *ok += delta.ok();
            *failed += delta.failed();
        }
    }
    sums
}

/// The wider prefixes around `net` that are tested too.
fn around(net: &IpNet) -> impl Iterator<Item = IpNet> {
    let net = *net;
    let lengths: &[u8] = match net {
        IpNet::V4(_) => &LENGTHS_V4,
        IpNet::V6(_) => &LENGTHS_V6,
    };
    lengths
        .iter()
        .filter(move |length| **length < net.prefix_len())
        .filter_map(move |length| IpNet::new(net.network(), *length).ok())
        .map(|wider| wider.trunc())
}
