use detector_common::{mark::Mark, stall::Bucket, verdict::Stage};
use ipnet::Ipv6Net;
use jiff::Timestamp;

use super::*;
use crate::{
    event::{Body, Event, stall::StallDetails},
    injector,
    snapshot::{Stalls, failures},
    traces::Tally,
    written::MOST_CHARACTERS,
};

/// What a line may take.
const LONGEST: usize = 8 * 1_024;

fn evidence(traces: Tally) -> EvidenceDetails {
    let everywhere = Stalls {
        bytes: [u64::MAX; Bucket::COUNT],
        packets: [u64::MAX; Bucket::COUNT],
    };
    EvidenceDetails {
        trials: u64::MAX,
        failed: u64::MAX,
        destinations_failed: u32::MAX,
        destinations_ok: u32::MAX,
        ok_witnesses: usize::MAX,
        baseline_failure_rate: 0.1234,
        llr: 12_345_678.9,
        stage: Stage::LaterInFlow.name().into(),
        symptoms: failures().map(|it| (it.name().into(), u64::MAX)).collect(),
        stalls: StallDetails::of(&everywhere),
        traces,
    }
}

fn everything() -> Tally {
    let names = injector::known().iter().map(|it| it.name.as_str());
    Tally {
        marks: Mark::ALL.map(|it| (it.name().into(), u64::MAX)).into(),
        injectors: names.map(|name| (name.into(), u64::MAX)).collect(),
    }
}

#[test]
fn the_longest_alert_is_under_8_kib() {
    let members: Vec<IpNet> = (0..1_000_u16)
        .map(|net| std::net::Ipv6Addr::new(0x2001, 0xabcd, 0xf000 + net, 0, 0, 0, 0, 0))
        .map(|net| IpNet::V6(Ipv6Net::new_assert(net, 48)))
        .collect();
    let now = Moment {
        monotonic: Duration::ZERO,
        wall: Timestamp::UNIX_EPOCH,
    };
    let observer = Observer {
        host: "h".repeat(64),
        iface: vec!["i".repeat(15); 8],
        is_map_full: true,
        ..Observer::default()
    };
    let mut alert = AlertEvent {
        id: Ulid::nil(),
        state: State::Resolved,
        details: Details {
            kind: Kind::QuicBlackhole,
            grade: Grade::Confirmed,
            confidence: 0.9999,
            prefix: Some(members[0]),
            observed: Some(Observed {
                prefixes: usize::MAX,
                of: u64::MAX,
            }),
            survivors: Vec::new(),
            members_total: members.len(),
            members,
            evidence: evidence(everything()),
        },
        since: now,
        names: Vec::new(),
        collateral: None,
        caveats: observer.caveats(),
        observer,
        duration: Duration::MAX,
        merged_into: Some(Ulid::nil()),
    };
    for name in ["n", "\"", "🏢"].map(|it| it.repeat(MOST_CHARACTERS)) {
        let share = Share {
            name,
            blocked: usize::MAX,
            observed: usize::MAX,
        };
        alert.tell_names(vec![share; 8]);
        assert!(!alert.names.is_empty());
        let event = Event::new(&now.wall, Body::Alert(&alert));
        let line = serde_json::to_string(&event).unwrap();
        assert!(line.len() < LONGEST, "{} bytes", line.len());
    }
}

#[test]
fn marks_and_injectors_are_told_beside_the_symptoms_where_there_are_any() {
    let told = |traces| serde_json::to_value(evidence(traces)).unwrap();
    let bare = told(Tally::default());
    assert!(bare.get("marks").is_none() && bare.get("injectors").is_none());
    let tally = Tally {
        marks: [(Mark::TooSoon.name().into(), 3)].into(),
        injectors: [("iran".into(), 2)].into(),
    };
    let full = told(tally);
    assert_eq!(full["marks"], serde_json::json!({ "too_soon": 3 }));
    assert_eq!(full["injectors"], serde_json::json!({ "iran": 2 }));
}
