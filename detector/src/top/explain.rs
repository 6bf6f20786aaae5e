//! Why a row is there, in words.

use jiff::Timestamp;

use crate::{
    event::alert::Grade,
    figures::{count, percent, several, span},
    judge::cusum::THRESHOLD,
    kind::Kind,
    status::{PrefixStatus, Standing, Suspicion},
};

/// What an alert claims, and why.
pub(super) fn alert(alert: &Standing, now: Timestamp) -> Vec<String> {
    let range = alert
        .prefix
        .map_or_else(|| "Everything".to_owned(), |it| it.to_string());
    let mut said = vec![
        format!("{range}: {}, {}", alert.kind.name(), alert.grade.name()),
        meaning(alert.kind).to_owned(),
        format!(
            "Since {}: {} of {} trials failed.",
            since(alert.since, now),
            count(alert.failed),
            count(alert.trials)
        ),
        format!(
            "{} that once answered fail, in {} that are blocked.",
            several(alert.destinations_failed.into(), "host", "hosts"),
            several(alert.members as u64, "prefix", "prefixes")
        ),
    ];
    if alert.ok_witnesses > 0 {
        let witnesses = several(alert.ok_witnesses as u64, "prefix", "prefixes");
        said.push(format!(
            "Beside it {witnesses} work, so that it is the range and not the uplink."
        ));
    }
    said.push(format!(
        "That this is chance has a probability of {:.4} at most.",
        1.0 - alert.confidence
    ));
    said.push(
        match alert.grade {
            Grade::Suspected => "Suspected: two hosts fail, or a lone prefix only just began to. A third, or time, confirms it.",
            Grade::Confirmed => "Confirmed: three hosts fail or more, or two with proof of a third party.",
        }
        .to_owned(),
    );
    if !alert.is_told {
        said.push("No event told of it yet: there are too many at once.".to_owned());
    }
    said.push(format!("id {}", alert.id));
    said
}

/// What is known of a prefix, and whether that speaks for a block.
pub(super) fn prefix(it: &PrefixStatus, alerts: &[Standing], now: Timestamp) -> Vec<String> {
    let name = it
        .name
        .as_ref()
        .map(|name| format!(" ({name})"))
        .unwrap_or_default();
    let mut said = vec![
        format!("{}{name}", it.prefix),
        format!(
            "{} of {} that ended in the last five minutes failed ({}).",
            count(it.failed),
            several(it.connections, "connection", "connections"),
            percent(it.failed, it.connections)
        ),
    ];
    let alert = alerts
        .iter()
        .find(|alert| alert.prefix.is_some_and(|range| range.contains(&it.prefix)));
    match &it.suspicion {
        Some(suspicion) => {
            said.extend(suspected(suspicion, now));
            if let (true, Some(range)) = (suspicion.is_blocked, alert.and_then(|it| it.prefix)) {
                said.push(format!("It is part of the alert about {range}."));
            }
        }
        None => said.push(
            "Nothing is held against it: so much fails there ordinarily, or the hosts that fail never answered."
                .to_owned(),
        ),
    }
    said
}

fn suspected(it: &Suspicion, now: Timestamp) -> Vec<String> {
    let mut said = vec![
        format!("Suspected of {}: {}", it.kind.name(), meaning(it.kind)),
        format!(
            "Since {}: {} of {} failed; ordinarily {:.0} % do.",
            it.since
                .map_or_else(|| "some time".to_owned(), |at| since(at, now)),
            count(it.failed),
            several(it.trials, "trial", "trials"),
            it.ordinary_failure_rate * 100.0
        ),
        format!(
            "{} that once answered fail, {} of late.",
            several(it.hosts_failing.into(), "host", "hosts"),
            match it.hosts_working {
                0 => "none works".to_owned(),
                some => format!("{some} answered"),
            }
        ),
        format!(
            "The evidence stands at {:.1}; at {THRESHOLD:.1} it is an alarm.",
            it.llr
        ),
    ];
    if it.proofs > 0 {
        said.push(format!(
            "{} a third party.",
            several(it.proofs, "failure proves", "failures prove")
        ));
    }
    if it.is_mixed {
        said.push(
            "Some connections work all the while, which speaks against a block: by name, overloaded, or partly dead."
                .to_owned(),
        );
    }
    said
}

fn since(at: Timestamp, now: Timestamp) -> String {
    let age = now.duration_since(at).unsigned_abs();
    format!("{} UTC ({} ago)", at.strftime("%m-%d %H:%M:%S"), span(age))
}

const fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::SynBlackhole => "SYNs stay unanswered.",
        Kind::QuicBlackhole => "UDP/443 Initials stay unanswered.",
        Kind::DataBlackhole => "The handshake works, the first data is never answered.",
        Kind::DataCutoff => "Connections freeze after some kilobytes or packets.",
        Kind::IcmpBlocked => "Somebody who is not the destination says that it cannot be reached.",
        Kind::RstInjection => "Resets are forged, or other words put into the server's mouth.",
        Kind::UplinkOutage => "Everything fails: that is our own uplink, and no censorship.",
        Kind::AllowList => "Nearly everything fails, while a few ranges stay perfect.",
    }
}
