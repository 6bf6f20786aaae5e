use super::*;

const BEFORE: &str = "2026-12-31T23:59:59Z";
const UNTIL: &str = "2027-01-01T00:00:00Z";

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn rule(prefix: &str, kind: Option<Kind>) -> Rule {
    Rule {
        prefix: prefix.parse().unwrap(),
        kind,
        reason: "test bench".to_owned(),
        until: at(UNTIL),
    }
}

fn keeps_out(ignore: &mut Ignore, kind: Kind, prefix: &str, time: &str) -> bool {
    let prefix = prefix.parse().unwrap();
    let is_covered = ignore.covers(kind, &prefix, at(time));
    ignore.count(kind, &prefix, at(time));
    is_covered
}

fn ignored(event: ConfigEvent) -> u64 {
    match event {
        ConfigEvent::IgnoreExpired(expired) => expired.ignored,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_rule_covers_what_lies_wholly_inside_its_prefix() {
    let mut ignore = Ignore::new(vec![rule("198.18.16.0/20", None)]);
    for (prefix, is_inside) in [
        ("198.18.16.0/20", true),
        ("198.18.31.0/24", true),
        ("198.18.0.0/19", false),
        ("198.18.32.0/24", false),
        ("2001:db8::/48", false),
    ] {
        let is_kept_out = keeps_out(&mut ignore, Kind::SynBlackhole, prefix, BEFORE);
        assert_eq!(is_kept_out, is_inside, "{prefix}");
    }
}

#[test]
fn a_rule_for_one_kind_lets_every_other_through() {
    let of_a_kind = rule("198.18.16.0/20", Some(Kind::DataCutoff));
    let mut ignore = Ignore::new(vec![of_a_kind]);
    for kind in Kind::ALL {
        let is_kept_out = keeps_out(&mut ignore, kind, "198.18.16.0/24", BEFORE);
        assert_eq!(is_kept_out, kind == Kind::DataCutoff, "{kind:?}");
    }
}

#[test]
fn a_rule_ends_with_its_time_and_is_told_of_once() {
    let mut ignore = Ignore::new(vec![rule("198.18.16.0/20", None)]);
    let mut ask = |time| {
        let is_kept_out = keeps_out(&mut ignore, Kind::SynBlackhole, "198.18.16.0/24", time);
        let expired = ignore.take_expired(at(time));
        (
            is_kept_out,
            expired.into_iter().map(ignored).collect::<Vec<_>>(),
        )
    };
    assert_eq!(ask(BEFORE), (true, vec![]));
    assert_eq!(ask(UNTIL), (false, vec![1]));
    assert_eq!(ask(UNTIL), (false, vec![]));
    // A wall clock that steps back makes it hold again.
    assert_eq!(ask(BEFORE), (true, vec![]));
    assert_eq!(ask(UNTIL), (false, vec![]));
    assert_eq!(ignore.ignored(), 2);
}

#[test]
fn of_two_rules_the_first_that_covers_an_alert_counts_it() {
    let narrow = rule("198.18.16.0/24", None);
    let wide = rule("198.18.0.0/15", None);
    let mut ignore = Ignore::new(vec![narrow, wide]);
    for prefix in ["198.18.16.0/24", "198.18.17.0/24", "198.18.18.0/24"] {
        ignore.count(Kind::RstInjection, &prefix.parse().unwrap(), at(BEFORE));
    }
    let counts = ignore.take_expired(at(UNTIL)).into_iter();
    assert!(counts.map(ignored).eq([1, 2]));
}

#[test]
fn rules_that_stay_go_on_counting_and_the_others_are_not_forgotten() {
    let rules = |prefixes: &[&str]| {
        let rule = |prefix: &&str| rule(prefix, None);
        Ignore::new(prefixes.iter().map(rule).collect())
    };
    let mut ignore = rules(&["198.18.0.0/16", "198.19.0.0/16"]);
    for prefix in ["198.18.3.0/24", "198.19.3.0/24", "198.19.4.0/24"] {
        ignore.count(Kind::SynBlackhole, &prefix.parse().unwrap(), at(BEFORE));
    }
    ignore.replace(rules(&["203.0.113.0/24", "198.19.0.0/16"]));
    assert_eq!(ignore.ignored(), 3);
    let counts = ignore.take_expired(at(UNTIL)).into_iter();
    assert!(counts.map(ignored).eq([0, 2]));
}
