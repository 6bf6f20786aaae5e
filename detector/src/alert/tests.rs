use std::time::Duration;

use detector_common::{tuning::Tuning, verdict::Verdict};

use super::*;
use crate::{
    event::alert::Grade,
    ignore::Rule,
    judge::{
        evidence::Evidence,
        outage::{Plight, Trouble},
    },
    kind::Kind,
};

fn at(second: u64) -> Moment {
    Moment {
        monotonic: Duration::from_secs(second),
        wall: jiff::Timestamp::from_second(1_700_000_000 + i64::try_from(second).unwrap()).unwrap(),
    }
}

fn range(prefix: &str, members: &[&str], destinations_failed: u32) -> Range {
    let mut evidence = Evidence::default();
    evidence.symptoms[Verdict::SynTimeout.index()] = 9;
    evidence.stages[0] = 9;
    let members: Vec<ipnet::IpNet> = members.iter().map(|net| net.parse().unwrap()).collect();
    Range {
        prefix: prefix.parse().unwrap(),
        kin: members.clone(),
        members,
        since: at(0),
        age: Duration::from_mins(10),
        evidence,
        destinations_failed,
        destinations_ok: 0,
        ok_witnesses: 1,
        baseline_failure_rate: 0.02,
        llr: 30.0,
    }
}

fn one(destinations_failed: u32) -> Range {
    range("198.18.16.0/24", &["198.18.16.0/24"], destinations_failed)
}

fn two() -> Range {
    range("198.18.16.0/23", &["198.18.16.0/24", "198.18.17.0/24"], 6)
}

/// Identities in the order they are asked for would need state; the time is distinct enough.
fn id(now: Moment) -> Ulid {
    Ulid::from_parts(now.monotonic.as_secs(), 1)
}

struct Book {
    alerts: Alerts,
    traces: Traces,
    observer: Observer,
    ignore: Ignore,
}

impl Book {
    fn new() -> Self {
        Self {
            alerts: Alerts::new(id),
            traces: Traces::new(Tuning::DEFAULT),
            observer: Observer::default(),
            ignore: Ignore::default(),
        }
    }

    /// What fires, once the range has stood still for a poll.
    fn fire(&mut self, second: u64, ranges: &[Range]) -> Vec<AlertEvent> {
        assert!(self.events(second - 1, ranges).is_empty());
        self.events(second, ranges)
    }

    fn states(&mut self, second: u64, ranges: &[Range]) -> Vec<(State, String)> {
        self.events(second, ranges)
            .into_iter()
            .map(|event| (event.state, event.details.prefix.unwrap().to_string()))
            .collect()
    }

    fn events(&mut self, second: u64, ranges: &[Range]) -> Vec<AlertEvent> {
        self.look(second, ranges, None)
    }

    fn look(&mut self, second: u64, ranges: &[Range], trouble: Option<Trouble>) -> Vec<AlertEvent> {
        let findings = Findings {
            ranges: ranges.to_vec(),
            trouble,
        };
        let scene = Scene {
            now: at(second),
            traces: &self.traces,
            observer: &self.observer,
        };
        self.alerts.reconcile(&findings, &scene, &mut self.ignore)
    }
}

#[test]
fn an_alert_fires_once_and_resolves_once_under_one_identity() {
    let mut book = Book::new();
    let fired = book.fire(5, &[one(3)]);
    assert_eq!(fired[0].state, State::Firing);
    assert!(book.events(6, &[one(3)]).is_empty());
    let resolved = book.events(7, &[]);
    assert_eq!(resolved[0].state, State::Resolved);
    assert_eq!(resolved[0].id, fired[0].id);
    assert!(book.events(8, &[]).is_empty());
}

#[test]
fn a_range_that_grows_is_told_when_it_stands_still_or_after_five_seconds() {
    let nets: Vec<String> = (16..32).map(|net| format!("198.18.{net}.0/24")).collect();
    let nets: Vec<&str> = nets.iter().map(String::as_str).collect();
    let grown = |count: usize| [range("198.18.16.0/20", &nets[..count], 9)];
    let mut book = Book::new();
    for second in 1..6 {
        let count = usize::try_from(second).unwrap();
        assert!(book.events(second, &grown(count)).is_empty());
    }
    assert_eq!(book.events(6, &grown(6)).len(), 1);
}

#[test]
fn a_dead_host_that_never_fires_does_not_hurry_what_comes_later() {
    let mut book = Book::new();
    for second in 1..60 {
        assert!(book.events(second, &[one(1)]).is_empty());
    }
    assert!(book.events(60, &[two()]).is_empty(), "it may still grow");
    assert_eq!(book.events(61, &[two()]).len(), 1);
}

#[test]
fn one_failing_destination_is_no_range() {
    let mut book = Book::new();
    assert!(book.fire(5, &[one(1)]).is_empty());
}

#[test]
fn two_destinations_make_a_suspicion_and_three_a_confirmation() {
    let mut book = Book::new();
    assert_eq!(book.fire(5, &[one(2)])[0].details.grade, Grade::Suspected);
    let update = book.events(20, &[one(3)]);
    assert_eq!(update[0].state, State::Update);
    assert_eq!(update[0].details.grade, Grade::Confirmed);
}

#[test]
fn a_lone_prefix_that_falls_silent_is_a_suspicion_for_some_minutes() {
    let aged = |mins, range: Range| Range {
        age: Duration::from_mins(mins),
        ..range
    };
    let graded = |range| Book::new().fire(5, &[range])[0].details.grade;
    assert_eq!(graded(aged(4, one(9))), Grade::Suspected);
    assert_eq!(graded(aged(5, one(9))), Grade::Confirmed);
    assert_eq!(graded(aged(0, two())), Grade::Confirmed);
}

#[test]
fn two_destinations_with_proof_of_a_third_party_are_confirmed() {
    let mut proved = one(2);
    proved.evidence.symptoms[Verdict::RstInjected.index()] = 10;
    let fired = Book::new().fire(5, &[proved]);
    assert_eq!(fired[0].details.grade, Grade::Confirmed);
    assert_eq!(fired[0].details.kind, Kind::RstInjection);
}

#[test]
fn a_growing_range_is_an_update_ten_seconds_later_at_the_earliest() {
    let mut book = Book::new();
    book.fire(5, &[one(3)]);
    assert!(book.states(14, &[two()]).is_empty());
    assert_eq!(
        book.states(15, &[two()]),
        [(State::Update, "198.18.16.0/23".to_owned())]
    );
}

#[test]
fn more_of_the_same_evidence_is_an_update_a_minute_later() {
    let mut book = Book::new();
    book.fire(5, &[one(3)]);
    assert!(book.states(64, &[one(4)]).is_empty());
    assert_eq!(book.states(65, &[one(4)]).len(), 1);
}

#[test]
fn a_grade_is_kept_while_destinations_recover() {
    let mut book = Book::new();
    book.fire(5, &[one(3)]);
    let update = book.events(70, &[one(0)]);
    assert_eq!(update[0].details.grade, Grade::Confirmed);
}

#[test]
fn two_alerts_that_become_one_range_leave_one_that_says_so() {
    let mut book = Book::new();
    let low = book.fire(5, &[one(3)]);
    let high = range("198.18.17.0/24", &["198.18.17.0/24"], 3);
    let also = book.fire(7, &[one(3), high]);
    let merged = book.events(8, &[two()]);
    assert_eq!(merged[0].id, also[0].id);
    assert_eq!(merged[0].merged_into, Some(low[0].id));
    assert_eq!(book.alerts.firing(), 1);
}

/// Low and high, of which only one can be claimed as long as nothing is heard of what lies between.
fn low_and_high() -> [Range; 2] {
    let nets = ["198.18.16.0/24", "198.18.18.0/24"];
    nets.map(|net| Range {
        kin: nets.map(|net| net.parse().unwrap()).to_vec(),
        ..range(net, &[net], 3)
    })
}

#[test]
fn parts_of_one_block_are_one_alert() {
    let [low, high] = low_and_high();
    let mut book = Book::new();
    let fired = book.fire(5, &[low]);
    let nets = ["198.18.16.0/24", "198.18.17.0/24", "198.18.18.0/24"];
    book.events(6, &[high]);
    let update = book.events(20, &[range("198.18.16.0/22", &nets, 9)]);
    assert_eq!(update[0].id, fired[0].id);
    assert_eq!(update[0].state, State::Update);
    assert_eq!(book.alerts.firing(), 1);
}

#[test]
fn a_claim_that_moves_elsewhere_must_last_ten_seconds() {
    let [low, high] = low_and_high();
    let mut book = Book::new();
    book.fire(5, &[low]);
    assert!(book.events(30, std::slice::from_ref(&high)).is_empty());
    assert_eq!(
        book.states(40, &[high]),
        [(State::Update, "198.18.18.0/24".to_owned())]
    );
}

#[test]
fn what_turns_out_to_be_divided_and_was_never_told_is_an_alert_of_its_own() {
    let [low, high] = low_and_high();
    let mut book = Book::new();
    let fired = book.fire(5, &[low]);
    let divided = ["198.18.16.0/24", "198.18.18.0/24"].map(|net| range(net, &[net], 3));
    let also = book.fire(7, &divided);
    assert_eq!(also[0].details.prefix, Some(high.prefix));
    assert_ne!(also[0].id, fired[0].id);
}

#[test]
fn a_range_that_recovers_in_pieces_raises_no_new_alert() {
    let nets = ["198.18.16.0/24", "198.18.17.0/24", "198.18.18.0/24"];
    let [low, _, high] = nets.map(|net| range(net, &[net], 3));
    let mut book = Book::new();
    let fired = book.fire(5, &[range("198.18.16.0/22", &nets, 9)]);
    assert!(book.events(60, &[low, high.clone()]).is_empty());
    assert!(book.events(61, &[high]).is_empty());
    let resolved = book.events(62, &[]);
    assert_eq!(resolved.len(), 1);
    assert_eq!(resolved[0].id, fired[0].id);
    assert_eq!(
        resolved[0].details.prefix.unwrap().to_string(),
        "198.18.16.0/22"
    );
}

#[test]
fn a_piece_that_stays_blocked_becomes_an_alert_of_its_own() {
    let nets = ["198.18.16.0/24", "198.18.17.0/24", "198.18.18.0/24"];
    let [low, _, high] = nets.map(|net| range(net, &[net], 3));
    let pieces = [low, high];
    let mut book = Book::new();
    book.fire(5, &[range("198.18.16.0/22", &nets, 9)]);
    book.events(60, &pieces);
    book.events(180, &pieces);
    let states = book.states(181, &pieces);
    assert!(states.iter().any(|(state, _)| *state == State::Firing));
    assert_eq!(book.alerts.firing(), 2);
    assert!(book.events(182, &pieces).is_empty());
}

#[test]
fn a_piece_is_let_go_with_all_its_kin_and_never_comes_back() {
    let nets = ["16", "17", "18", "19"].map(|net| format!("198.18.{net}.0/24"));
    let nets = nets.each_ref().map(String::as_str);
    // The third one cannot be claimed just now.
    let high = Range {
        kin: nets[2..].iter().map(|net| net.parse().unwrap()).collect(),
        ..range(nets[3], &nets[3..], 3)
    };
    let pieces = [range("198.18.16.0/23", &nets[..2], 3), high];
    let mut book = Book::new();
    book.fire(5, &[range("198.18.16.0/22", &nets, 9)]);
    for second in 60..240 {
        book.events(second, &pieces);
    }
    assert_eq!(book.alerts.firing(), 2);
    for second in 240..300 {
        let events = book.events(second, &pieces);
        assert!(events.iter().all(|it| it.state == State::Update));
    }
}

#[test]
fn a_range_that_shrinks_for_ten_seconds_is_told() {
    let mut book = Book::new();
    book.fire(5, &[two()]);
    assert!(book.events(30, &[one(3)]).is_empty());
    assert!(book.events(39, &[one(3)]).is_empty());
    assert_eq!(
        book.states(40, &[one(3)]),
        [(State::Update, "198.18.16.0/24".to_owned())]
    );
}

#[test]
fn what_is_resolved_is_what_was_told() {
    let mut book = Book::new();
    book.fire(5, &[two()]);
    book.events(6, &[one(0)]);
    assert_eq!(
        book.states(7, &[]),
        [(State::Resolved, "198.18.16.0/23".to_owned())]
    );
}

const HOUR: u64 = 3_600;

#[test]
fn a_range_that_nobody_tried_for_six_hours_is_stale_and_not_fine() {
    let mut book = Book::new();
    let fired = book.fire(5, &[one(3)]);
    assert!(book.events(5 + 6 * HOUR - 1, &[one(3)]).is_empty());
    let stale = book.events(5 + 6 * HOUR, &[one(3)]);
    assert_eq!((stale[0].id, stale[0].state), (fired[0].id, State::Update));
    assert!(stale[0].caveats.contains(&"stale"));
    assert!(book.events(6 + 6 * HOUR, &[one(3)]).is_empty());
    let mut tried = one(3);
    tried.evidence.ok += 1;
    let fresh = book.events(7 * HOUR, &[tried]);
    assert!(!fresh[0].caveats.contains(&"stale"));
}

#[test]
fn the_end_of_a_range_that_nobody_tried_is_no_all_clear() {
    let mut book = Book::new();
    book.fire(5, &[one(3)]);
    assert_eq!(book.states(5 + 6 * HOUR, &[one(3)])[0].0, State::Update);
    let gone = book.events(5 + 7 * 24 * HOUR, &[]);
    assert_eq!(gone[0].state, State::Resolved);
    assert!(gone[0].caveats.contains(&"stale"));
}

/// So many ranges of one prefix each, the first of which has more members.
fn scattered(count: u8) -> Vec<Range> {
    let nets = (0..count).map(|net| format!("198.18.{net}.0/24"));
    let mut ranges: Vec<Range> = nets.map(|net| range(&net, &[&net], 3)).collect();
    ranges[7] = range("198.18.7.0/24", &["198.18.7.0/25", "198.18.7.128/25"], 6);
    ranges
}

#[test]
fn more_than_may_be_told_in_a_minute_is_told_later_the_largest_first() {
    let mut book = Book::new();
    let ranges = scattered(100);
    let first = book.fire(2, &ranges);
    assert_eq!(first[0].details.members_total, 2);
    assert_eq!(first.len() + book.alerts.untold(), 100);
    assert_eq!(book.alerts.firing(), 100);
    for second in 3..62 {
        assert!(book.events(second, &ranges).is_empty());
    }
    assert_eq!(book.events(62, &ranges).len(), 100 - first.len());
    assert_eq!(book.alerts.untold(), 0);
    // Ends are held back alike, and none is lost.
    let ends = [
        book.events(63, &[]).len(),
        book.events(123, &[]).len(),
        book.events(183, &[]).len(),
    ];
    assert_eq!(ends.iter().sum::<usize>(), 100, "{ends:?}");
    assert!(ends.into_iter().all(|ends| ends < 60));
}

#[test]
fn what_is_over_before_it_was_told_is_never_told() {
    let mut book = Book::new();
    let first = book.fire(2, &scattered(100)).len();
    assert!(book.events(3, &[]).is_empty());
    assert_eq!(book.events(62, &[]).len(), first.min(52));
    assert_eq!(book.alerts.firing(), 0);
}

#[test]
fn what_a_rule_covers_is_counted_once_and_told_once_it_grows_beyond() {
    let mut book = Book::new();
    book.ignore = Ignore::new(vec![Rule {
        prefix: "198.18.16.0/24".parse().unwrap(),
        kind: None,
        reason: "test bench".to_owned(),
        until: at(10_000).wall,
    }]);
    for second in 4..60 {
        assert!(book.events(second, &[one(3)]).is_empty());
    }
    assert_eq!((book.ignore.ignored(), book.alerts.firing()), (1, 0));
    let grown = book.events(60, &[two()]);
    assert_eq!((grown[0].state, book.alerts.firing()), (State::Firing, 1));
}

fn trouble(plight: Plight) -> Trouble {
    Trouble {
        plight,
        since: at(2),
        evidence: Evidence::NONE,
        prefixes_failed: 9,
        survivors: Vec::new(),
    }
}

#[test]
fn an_outage_is_told_at_its_begin_and_at_its_end() {
    let mut book = Book::new();
    let outage = || Some(trouble(Plight::Outage));
    let fired = book.look(5, &[], outage());
    assert_eq!(fired[0].details.kind, Kind::UplinkOutage);
    assert_eq!(fired[0].details.prefix, None);
    assert!(book.look(6, &[], outage()).is_empty());
    let resolved = book.look(7, &[], None);
    assert_eq!(
        (resolved[0].id, resolved[0].state),
        (fired[0].id, State::Resolved)
    );
    assert!(book.look(8, &[], None).is_empty());
}

#[test]
fn an_outage_that_turns_out_to_be_an_allow_list_ends_and_the_list_is_told() {
    let mut book = Book::new();
    book.look(5, &[], Some(trouble(Plight::Outage)));
    let told = book.look(605, &[], Some(trouble(Plight::AllowList)));
    let told: Vec<_> = told.iter().map(|it| (it.state, it.details.kind)).collect();
    let expected = [
        (State::Resolved, Kind::UplinkOutage),
        (State::Firing, Kind::AllowList),
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_alert_goes_on_under_its_identity_after_a_restart() {
    let mut before = Book::new();
    let fired = before.fire(5, &[one(3)]);
    before.look(6, &[one(3)], Some(trouble(Plight::Outage)));
    let saved = serde_json::to_string(&before.alerts.save()).unwrap();
    let mut after = Book::new();
    after.alerts.restore(serde_json::from_str(&saved).unwrap());
    assert!(
        after
            .look(9, &[one(3)], Some(trouble(Plight::Outage)))
            .is_empty()
    );
    let ended = after.events(10, &[]);
    assert_eq!(ended.len(), 2);
    assert!(ended.iter().all(|it| it.state == State::Resolved));
    assert!(
        ended
            .iter()
            .any(|it| it.id == fired[0].id && it.details == fired[0].details)
    );
}

#[test]
fn an_end_that_had_to_wait_is_told_after_a_restart() {
    let mut before = Book::new();
    let ranges = scattered(52);
    assert_eq!(before.fire(5, &ranges).len(), 52);
    assert!(before.events(6, &[]).is_empty());
    let saved = serde_json::to_string(&before.alerts.save()).unwrap();
    let mut after = Book::new();
    after.alerts.restore(serde_json::from_str(&saved).unwrap());
    assert_eq!(after.events(9, &[]).len(), 52);
}

#[test]
fn ten_thousand_members_stay_under_eight_kibibytes() {
    let nets: Vec<String> = (0..10_000)
        .map(|net| format!("2001:db8:{net:x}::/48"))
        .collect();
    let members: Vec<&str> = nets.iter().map(String::as_str).collect();
    let fired = Book::new().fire(5, &[range("2001:db8::/32", &members, 99)]);
    let body = crate::event::Body::Alert(&fired[0]);
    let line = serde_json::to_string(&crate::event::Event::new(&at(5).wall, body)).unwrap();
    assert!(line.len() < 8_192, "{}", line.len());
    assert!(line.contains("\"members_total\":10000"));
}
