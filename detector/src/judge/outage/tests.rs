use super::{super::tests::delta, *};

fn at(second: u64) -> Moment {
    Moment {
        monotonic: Duration::from_secs(second),
        wall: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn deltas() -> [Delta; 3] {
    [
        delta("198.18.0.0/24", 3, 0),
        delta("198.18.1.0/24", 2, 0),
        delta("203.0.113.0/24", 0, 2),
    ]
}

fn see(outage: &mut Outage, second: u64, condition: Condition) -> Option<Plight> {
    outage.observe(at(second), &deltas(), condition, 9);
    outage.trouble(at(second)).map(|trouble| trouble.plight)
}

#[test]
fn an_outage_of_several_prefixes_is_told_until_the_uplink_is_fine() {
    let mut outage = Outage::default();
    assert_eq!(see(&mut outage, 1, Condition::Fine), None);
    for (second, condition) in [
        (2, Condition::Out),
        (3, Condition::Out),
        (4, Condition::Returning),
    ] {
        assert_eq!(see(&mut outage, second, condition), Some(Plight::Outage));
    }
    assert_eq!(see(&mut outage, 5, Condition::Fine), None);
}

#[test]
fn an_outage_of_two_prefixes_is_not_told() {
    let mut outage = Outage::default();
    outage.observe(at(1), &deltas(), Condition::Out, 2);
    assert!(outage.trouble(at(1)).is_none());
    outage.observe(at(2), &deltas(), Condition::Out, 3);
    assert!(outage.trouble(at(2)).is_some());
}

#[test]
fn a_trouble_begins_once() {
    let mut outage = Outage::default();
    let mut begins = |second, condition| outage.observe(at(second), &deltas(), condition, 9);
    assert!(!begins(1, Condition::Fine));
    assert!(begins(2, Condition::Out));
    assert!(!begins(3, Condition::Out));
    assert!(!begins(4, Condition::Returning));
    assert!(!begins(5, Condition::Out));
    assert!(!begins(6, Condition::Fine));
    assert!(begins(7, Condition::Narrow));
}

#[test]
fn ten_minutes_of_nearly_all_failing_are_an_allow_list_with_its_survivors() {
    let mut outage = Outage::default();
    for second in 0..600 {
        assert_eq!(see(&mut outage, second, Condition::Narrow), None);
    }
    assert_eq!(
        see(&mut outage, 600, Condition::Narrow),
        Some(Plight::AllowList)
    );
    let trouble = outage.trouble(at(600)).unwrap();
    assert_eq!(trouble.survivors, ["198.18.0.0/23".parse().unwrap()]);
    assert_eq!(trouble.evidence.failed(), 2 * 601);
}

#[test]
fn what_failed_once_is_no_survivor() {
    let mut outage = Outage::default();
    let failed = [delta("198.18.0.0/24", 0, 1)];
    outage.observe(at(0), &failed, Condition::Narrow, 9);
    for second in 1..=600 {
        see(&mut outage, second, Condition::Narrow);
    }
    let trouble = outage.trouble(at(600)).unwrap();
    assert_eq!(trouble.survivors, ["198.18.1.0/24".parse().unwrap()]);
}
