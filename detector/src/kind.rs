//! By what means a range is blocked: which verdicts make which kind of alert.

use detector_common::verdict::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// By what means a range is blocked.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// SYNs stay unanswered.
    SynBlackhole,
    /// UDP/443 Initials stay unanswered.
    QuicBlackhole,
    /// The handshake works, the first data is never answered.
    DataBlackhole,
    /// Freezes after some kilobytes or packets.
    DataCutoff,
    /// Somebody who is not the destination says that it cannot be reached.
    IcmpBlocked,
    /// Forged resets, at whatever stage, or other words put into the server's mouth.
    RstInjection,
    /// Everything fails: that is our own uplink, and no censorship.
    UplinkOutage,
    /// Nearly everything fails, while a few ranges stay perfect.
    AllowList,
}

impl Kind {
    /// Every kind of block of a range; the ones behind prove more than the ones before.
    pub const ALL: [Self; 6] = [
        Self::SynBlackhole,
        Self::QuicBlackhole,
        Self::DataBlackhole,
        Self::DataCutoff,
        Self::IcmpBlocked,
        Self::RstInjection,
    ];

    /// Its name in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SynBlackhole => "syn_blackhole",
            Self::QuicBlackhole => "quic_blackhole",
            Self::DataBlackhole => "data_blackhole",
            Self::DataCutoff => "data_cutoff",
            Self::IcmpBlocked => "icmp_blocked",
            Self::RstInjection => "rst_injection",
            Self::UplinkOutage => "uplink_outage",
            Self::AllowList => "allow_list",
        }
    }

    /// Its place in [`Self::ALL`], for the kinds that are there.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// What a verdict is a symptom of; `None` for verdicts that blame nobody.
    pub const fn of(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::SynTimeout => Some(Self::SynBlackhole),
            Verdict::QuicTimeout => Some(Self::QuicBlackhole),
            Verdict::DataBlackhole => Some(Self::DataBlackhole),
            Verdict::DataCutoff => Some(Self::DataCutoff),
            Verdict::IcmpUnreachable => Some(Self::IcmpBlocked),
            Verdict::RstInjected | Verdict::FinInjected => Some(Self::RstInjection),
            Verdict::Ok
            | Verdict::SynRefused
            | Verdict::Reset
            | Verdict::ClientAborted
            | Verdict::Incomplete => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use detector_common::verdict::Outcome;

    use super::*;

    #[test]
    fn every_failure_is_a_symptom_of_something_and_nothing_else_is() {
        for verdict in Verdict::ALL {
            let is_failure = verdict.outcome() == Outcome::Failed;
            assert_eq!(Kind::of(verdict).is_some(), is_failure, "{verdict:?}");
        }
    }

    #[test]
    fn a_kind_is_called_what_events_call_it() {
        for kind in Kind::ALL
            .into_iter()
            .chain([Kind::UplinkOutage, Kind::AllowList])
        {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }

    #[test]
    fn every_kind_has_a_symptom() {
        for (index, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind.index(), index);
            let has_one = Verdict::ALL
                .into_iter()
                .any(|verdict| Kind::of(verdict) == Some(kind));
            assert!(has_one, "{kind:?}");
        }
    }
}
