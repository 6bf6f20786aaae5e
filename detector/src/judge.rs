//! Judgement: which address ranges somebody on the path is blocking.
//!
//! Pure: differences of counters and the time go in, blocked ranges come out. Must not know:
//! where the counters come from, or how an alert is told.

pub mod cover;
pub mod cusum;
pub mod docket;
pub mod evidence;
pub mod hosts;
pub mod outage;
pub mod panel;
pub mod range;
pub mod recent;
pub mod transport;
pub mod unit;
pub mod units;
pub mod uplink;
pub mod wider;
pub mod witness;

use std::{borrow::Cow, time::Duration};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use self::{
    docket::{Docket, SavedDocket},
    outage::{Outage, Trouble},
    range::Range,
    transport::Transport,
    uplink::{Condition, Uplink},
};
use crate::{moment::Moment, snapshot::Delta, status::Suspicion};

/// When an outage is noticed, failures of this last while were its own.
const ONSET: Duration = Duration::from_mins(1);

/// What is blocked now, and what is wrong with everything.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The blocked ranges; no two share a member.
    pub ranges: Vec<Range>,
    /// Everything fails, or nearly.
    pub trouble: Option<Trouble>,
}

/// All tests under way.
#[derive(Debug)]
pub struct Judge {
    dockets: [Docket; Transport::ALL.len()],
    witness: Option<Moment>,
    uplink: Uplink,
    outage: Outage,
}

/// A judge as it is kept over a restart.
#[derive(Debug, Deserialize, Serialize)]
pub struct SavedJudge {
    dockets: [SavedDocket; Transport::ALL.len()],
    uplink: Uplink,
    outage: Outage,
}

impl Default for Judge {
    fn default() -> Self {
        Self {
            dockets: Transport::ALL.map(Docket::new),
            witness: None,
            uplink: Uplink::default(),
            outage: Outage::default(),
        }
    }
}

impl Judge {
    /// Takes in one poll, in the order of its prefixes, and says what is blocked now. Where `is_lossy`,
    /// counters were lost since the last one, so that silence proves nothing.
    pub fn observe(&mut self, now: Moment, deltas: &[Delta], is_lossy: bool) -> Findings {
        let deltas = &*self.without_void(now, deltas, is_lossy);
        for docket in &mut self.dockets {
            docket.observe(now, deltas, self.witness);
        }
        self.witness = self.latest_witness(deltas, now).or(self.witness);
        Findings {
            ranges: self.ranges(now),
            trouble: self.outage.trouble(now),
        }
    }

    /// Forgets a prefix that is no longer tracked.
    pub fn forget(&mut self, prefix: &IpNet) {
        for docket in &mut self.dockets {
            docket.forget(prefix);
        }
        self.outage.forget(prefix);
    }

    /// Whether something speaks for a block of this prefix.
    pub fn is_suspected(&self, prefix: &IpNet) -> bool {
        self.dockets.iter().any(|it| it.is_suspected(prefix))
    }

    /// Whether this prefix is claimed to be blocked.
    pub fn is_held(&self, prefix: &IpNet) -> bool {
        self.dockets.iter().any(|it| it.is_held(prefix))
    }

    /// What speaks for a block of this prefix, over the transport of which more does.
    pub fn suspicion(&self, prefix: &IpNet, now: Moment) -> Option<Suspicion> {
        let suspicions = self.dockets.iter();
        suspicions
            .filter_map(|it| it.suspicion(prefix, now))
            .max_by(|a, b| a.llr.total_cmp(&b.llr))
    }

    /// What is to be kept over a restart.
    pub fn save(&self) -> SavedJudge {
        SavedJudge {
            dockets: self.dockets.each_ref().map(Docket::save),
            uplink: self.uplink.clone(),
            outage: self.outage.clone(),
        }
    }

    /// Goes on from what was kept.
    pub fn restore(&mut self, saved: SavedJudge) {
        for (docket, saved) in self.dockets.iter_mut().zip(saved.dockets) {
            docket.restore(saved);
        }
        self.uplink = saved.uplink.resumed(saved.outage.is_on());
        self.outage = saved.outage;
    }

    /// The same, without the silences where they are our own uplink's, or our own losses.
    fn without_void<'a>(
        &mut self,
        now: Moment,
        deltas: &'a [Delta],
        is_lossy: bool,
    ) -> Cow<'a, [Delta]> {
        let (condition, failing) = self.uplink.observe(now, deltas);
        if self.outage.observe(now, deltas, condition, failing) {
            let onset = now.earlier(ONSET);
            self.dockets.iter_mut().for_each(|it| it.absolve(onset));
        }
        let mut deltas = Cow::Borrowed(deltas);
        if is_lossy || condition != Condition::Fine {
            deltas.to_mut().iter_mut().for_each(Delta::void_silences);
        }
        deltas
    }

    /// Now, where a prefix free of suspicion just worked.
    fn latest_witness(&self, deltas: &[Delta], now: Moment) -> Option<Moment> {
        deltas
            .iter()
            .any(|delta| delta.connections_answered > 0 && !self.is_suspected(&delta.prefix))
            .then_some(now)
    }

    /// A range that both transports fail to is one, but for what [`Range::unite`] leaves apart.
    fn ranges(&mut self, now: Moment) -> Vec<Range> {
        let dockets = self.dockets.iter_mut();
        let mut ranges: Vec<Range> = dockets.flat_map(|docket| docket.ranges(now)).collect();
        // The widest comes right before all that lie in it.
        ranges.sort_by_key(|range| range.prefix);
        let mut wholes: Vec<Vec<Range>> = Vec::new();
        for range in ranges {
            match wholes.last_mut() {
                Some(whole) if whole[0].prefix.contains(&range.prefix) => whole.push(range),
                _ => wholes.push(vec![range]),
            }
        }
        wholes.into_iter().flat_map(Range::unite).collect()
    }
}

#[cfg(test)]
mod tests;
