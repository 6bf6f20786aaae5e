//! What is said of the uplink: an outage once it is more than a hiccup, and an allow-list once
//! nearly everything has failed for ten minutes while a few ranges stayed perfect.

use std::{collections::BTreeMap, time::Duration};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{
    cover::{self, cover},
    evidence::Evidence,
    transport::Transport,
    uplink::Condition,
};
use crate::{
    moment::{self, Moment},
    snapshot::Delta,
};

/// Prefixes that must fail for an outage to be told.
const SEVERAL: usize = 3;
/// How long nearly everything must fail, and the survivors stay perfect.
const ALLOW_LIST: Duration = Duration::from_mins(10);
/// Answers without which a prefix is no survivor.
const SURVIVOR_ANSWERS: u64 = 10;

/// What is wrong with everything.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Plight {
    /// Our own uplink is out.
    Outage,
    /// Somebody lets through an allow-list and nothing else.
    AllowList,
}

/// Everything fails, or nearly.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// What it is.
    pub plight: Plight,
    /// When the first of it was seen.
    pub since: Moment,
    /// The void failures since.
    pub evidence: Evidence,
    /// Prefixes that failed when last heard of, at most.
    pub prefixes_failed: usize,
    /// Ranges that stayed perfect all the time.
    pub survivors: Vec<IpNet>,
}

/// The present trouble, if there is any.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Outage {
    current: Option<Current>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Current {
    #[serde(with = "moment::saved")]
    since: Moment,
    evidence: Evidence,
    prefixes_failed: usize,
    is_told: bool,
    #[serde(with = "moment::optional")]
    narrow_since: Option<Moment>,
    tally: BTreeMap<IpNet, Tally>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
struct Tally {
    answers: u64,
    failures: u64,
}

impl Outage {
    /// Takes in one poll whose silences are still in it. Says whether a trouble begins.
    pub fn observe(
        &mut self,
        now: Moment,
        deltas: &[Delta],
        condition: Condition,
        failing: usize,
    ) -> bool {
        let begins = self.current.is_none();
        match condition {
            Condition::Fine => self.current = None,
            Condition::Returning => {}
            Condition::Out | Condition::Narrow => {
                let current = self.current.get_or_insert_with(|| Current::begin(now));
                current.take_in(now, deltas, condition, failing);
                return begins;
            }
        }
        false
    }

    /// Forgets a prefix that is no longer tracked.
    pub fn forget(&mut self, prefix: &IpNet) {
        if let Some(current) = &mut self.current {
            current.tally.remove(prefix);
        }
    }

    /// Whether there is trouble, told or not.
    pub const fn is_on(&self) -> bool {
        self.current.is_some()
    }

    /// What is to be said of it now.
    pub fn trouble(&self, now: Moment) -> Option<Trouble> {
        let current = self.current.as_ref()?;
        let survivors = current.survivors(now);
        let plight = match (&survivors, current.is_told) {
            (Some(_), _) => Plight::AllowList,
            (None, true) => Plight::Outage,
            (None, false) => return None,
        };
        Some(Trouble {
            plight,
            since: current.since,
            evidence: current.evidence,
            prefixes_failed: current.prefixes_failed,
            survivors: survivors.unwrap_or_default(),
        })
    }
}

impl Current {
    const fn begin(now: Moment) -> Self {
        Self {
            since: now,
            evidence: Evidence::NONE,
            prefixes_failed: 0,
            is_told: false,
            narrow_since: None,
            tally: BTreeMap::new(),
        }
    }

    fn take_in(&mut self, now: Moment, deltas: &[Delta], condition: Condition, failing: usize) {
        for delta in deltas {
            for transport in Transport::ALL {
                self.evidence.take_in(delta, transport);
            }
        }
        self.prefixes_failed = self.prefixes_failed.max(failing);
        match condition {
            Condition::Narrow => self.count(now, deltas),
            _ => self.is_told |= failing >= SEVERAL,
        }
    }

    /// While it is narrow, what works without exception may be on somebody's list.
    fn count(&mut self, now: Moment, deltas: &[Delta]) {
        self.narrow_since.get_or_insert(now);
        for delta in deltas {
            let tally = self.tally.entry(delta.prefix).or_default();
            tally.answers += u64::from(delta.connections_answered);
            tally.failures += delta.silences();
        }
    }

    /// The ranges on the list, once that is clear.
    fn survivors(&self, now: Moment) -> Option<Vec<IpNet>> {
        let narrow_since = self.narrow_since?;
        if now.since(&narrow_since) < ALLOW_LIST {
            return None;
        }
        let is_perfect = |tally: &Tally| tally.failures == 0 && tally.answers >= SURVIVOR_ANSWERS;
        let perfect = self.tally.iter().filter(|(_, tally)| is_perfect(tally));
        let perfect: Vec<cover::Blocked> = perfect.map(|(net, _)| (*net, self.since)).collect();
        let others = |range: &IpNet, _| {
            let inside = self.tally.range(*range..);
            inside
                .take_while(|(net, _)| range.contains(*net))
                .any(|(_, tally)| !is_perfect(tally))
        };
        let survivors: Vec<IpNet> = cover(&perfect, &others)
            .into_iter()
            .map(|range| range.prefix)
            .collect();
        (!survivors.is_empty()).then_some(survivors)
    }
}

#[cfg(test)]
mod tests;
