//! Our own uplink: while it is out everything fails, and none of that speaks of a range.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::recent::{Recent, Share};
use crate::{
    moment::{self, Moment},
    snapshot::Delta,
};

/// Without any success for this long, silence elsewhere means nothing. A SYN takes three seconds
/// to fail, so after a cut the last success is at least two polls older than the first failure.
const DARK: Duration = Duration::from_millis(1_900);
/// The same in usual gaps between two successes, where those are longer.
const USUAL_GAPS: f64 = 5.0;
/// After an outage, SYNs that were sent into it go on to fail for a while.
const GRACE: Duration = Duration::from_secs(10);
/// Weight of one poll in the usual gap.
const WEIGHT: f64 = 0.2;
/// Failing neighbourhoods that are more than one range's.
const SEVERAL: usize = 4;
/// Healthy prefixes beside which it is not the uplink that fails.
const WITNESSES: usize = 3;

/// What the uplink is thought to be like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Condition {
    /// It works, as far as anybody can say.
    Fine,
    /// Nothing works, or hardly anything does and nothing steadily: silences are void.
    Out,
    /// Nearly everything fails, and a few prefixes work steadily: silences are void.
    Narrow,
    /// It works again; what was sent into the outage still fails.
    Returning,
}

/// When something last worked, and how often something does.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Uplink {
    #[serde(with = "moment::optional")]
    last_ok: Option<Moment>,
    usual_gap: f64,
    is_dark: bool,
    void_until: Duration,
    #[serde(skip)]
    recent: Recent,
    /// Goes on in the midst of a trouble, without having heard of anything.
    #[serde(skip)]
    is_resuming: bool,
}

impl Uplink {
    /// Takes in one poll. Also says how many prefixes failed when last heard of.
    pub fn observe(&mut self, now: Moment, deltas: &[Delta]) -> (Condition, usize) {
        let answers = deltas
            .iter()
            .map(|delta| u64::from(delta.connections_answered))
            .sum();
        let silences: u64 = deltas.iter().map(Delta::silences).sum();
        let share = self.recent.note(now, deltas);
        // Once it is, only an answer says otherwise: nobody may be asking.
        self.is_dark = answers == 0 && (self.is_dark || (silences > 0 && self.is_overdue(now)));
        if answers > 0 {
            self.learn(now, answers);
        }
        if std::mem::take(&mut self.is_resuming) {
            self.void_until = now.monotonic + GRACE;
        }
        let condition = self.condition(now, &share);
        if matches!(condition, Condition::Out | Condition::Narrow) {
            self.void_until = now.monotonic + GRACE;
        }
        (condition, share.failing)
    }

    /// The same after a restart, in the midst of a trouble or not. Until enough is heard of again
    /// to tell, it lasts.
    #[must_use]
    pub fn resumed(self, is_troubled: bool) -> Self {
        Self {
            is_resuming: is_troubled,
            ..self
        }
    }

    /// Whether something worked just before this poll.
    pub fn worked_lately(last_ok: Option<Moment>, now: Moment) -> bool {
        last_ok.is_some_and(|last_ok| now.since(&last_ok) < DARK)
    }

    fn condition(&self, now: Moment, share: &Share) -> Condition {
        if !self.is_dark && share.is_nearly_all() && share.healthy > 0 {
            Condition::Narrow
        } else if self.is_dark || share.is_nearly_all() || share.is_most_and_unwitnessed() {
            Condition::Out
        } else if now.monotonic < self.void_until {
            Condition::Returning
        } else {
            Condition::Fine
        }
    }

    fn is_overdue(&self, now: Moment) -> bool {
        let limit = DARK.as_secs_f64().max(USUAL_GAPS * self.usual_gap);
        self.last_ok
            .is_some_and(|last_ok| now.since(&last_ok).as_secs_f64() >= limit)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a poll holds far fewer than 2^53 connections"
    )]
    fn learn(&mut self, now: Moment, answers: u64) {
        if let Some(last_ok) = self.last_ok {
            let gap = now.since(&last_ok).as_secs_f64() / answers as f64;
            self.usual_gap += WEIGHT * (gap - self.usual_gap);
        }
        self.last_ok = Some(now);
    }
}

impl Share {
    /// Whether more than 85 % fail.
    const fn is_nearly_all(&self) -> bool {
        self.is_more_than(85)
    }

    /// Whether more than 60 % fail, and hardly any other is known to be healthy.
    const fn is_most_and_unwitnessed(&self) -> bool {
        self.is_more_than(60) && self.healthy < WITNESSES
    }

    /// Whether more than that share fails, of prefixes and of neighbourhoods, and these are several:
    /// so wide a failure is no range's, and what is wrong is near us.
    const fn is_more_than(&self, percent: usize) -> bool {
        self.failing_neighbourhoods >= SEVERAL
            && self.failing * 100 > self.heard_of * percent
            && self.failing_neighbourhoods * 100 > self.neighbourhoods * percent
    }
}

#[cfg(test)]
mod tests;
