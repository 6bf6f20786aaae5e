use detector_common::verdict::Verdict;

use super::*;

fn second(second: u64) -> Nanos {
    Nanos::from_secs(second)
}

/// A reset as Iran's, to a host of 198.51.100.0/24.
fn sample(local_port: u16, at: Nanos) -> Sample {
    Sample {
        at,
        syn_at: second(1),
        remote: Address::v4([198, 51, 100, 7]),
        remote_port: 443,
        local_port,
        marks: Marks::when(Mark::TooSoon, true).and(Marks::when(Mark::ForeignTtl, true)),
        ttl: 54,
        server_ttl: 50,
        flags: 0x14,
        verdict: Verdict::RstInjected.code(),
        resets: 1,
        ..Sample::default()
    }
}

fn prefix() -> IpNet {
    "198.51.100.0/24".parse().unwrap()
}

fn traces() -> Traces {
    Traces::new(Tuning::DEFAULT)
}

fn key(local_port: u16) -> FlowKey {
    FlowKey {
        remote: Address::v4([198, 51, 100, 7]),
        local: Address::v4([192, 0, 2, 1]),
        remote_port: 443,
        local_port,
        protocol: detector_common::flow::protocol::TCP,
        zero: 0,
    }
}

fn marks(tally: &Tally) -> Vec<(&str, u64)> {
    let marks = tally.marks.iter();
    marks.map(|(mark, count)| (&**mark, *count)).collect()
}

#[test]
fn a_failing_prefix_has_its_connections_counted_by_mark_and_injector() {
    let mut traces = traces();
    traces.take_in(&[sample(1, second(2)), sample(2, second(2))]);
    traces.settle(second(2), |_| true);
    let early = traces.of(&[prefix()]);
    assert_eq!(marks(&early), [("foreign_ttl", 2), ("too_soon", 2)]);
    assert_eq!(early.injectors, BTreeMap::new(), "more may come");
    traces.settle(second(4), |_| true);
    let late = traces.of(&[prefix()]);
    assert_eq!(late.injectors, BTreeMap::from([("iran".into(), 2)]));
    assert_eq!(late.marks, early.marks);
}

#[test]
fn a_connection_counts_once_however_long_its_samples_come() {
    let mut traces = traces();
    for at in [2, 3, 30, 60] {
        let ip_id = u16::try_from(at).unwrap();
        let sample = sample(1, second(at));
        traces.take_in(&[Sample { ip_id, ..sample }]);
        traces.settle(second(at), |_| true);
    }
    let marked = Marks::when(Mark::Contradiction, true);
    let contradicted = Sample {
        marks: sample(1, second(61)).marks.and(marked),
        ..sample(1, second(61))
    };
    traces.take_in(&[contradicted]);
    traces.settle(second(70), |_| true);
    let tally = traces.of(&[prefix()]);
    let expected = [("contradiction", 1), ("foreign_ttl", 1), ("too_soon", 1)];
    assert_eq!(marks(&tally), expected);
    assert_eq!(tally.injectors, BTreeMap::from([("iran".into(), 1)]));
}

#[test]
fn what_came_just_before_a_prefix_failed_counts_and_what_came_long_before_does_not() {
    for (failed_at, expected) in [(8, 1), (9, 0)] {
        let mut traces = traces();
        traces.take_in(&[sample(1, second(2))]);
        for at in 2..failed_at {
            traces.settle(second(at), |_| false);
            assert_eq!(traces.of(&[prefix()]), Tally::default());
        }
        traces.settle(second(failed_at), |_| true);
        let tally = traces.of(&[prefix()]);
        let too_soon = tally.marks.get("too_soon").copied().unwrap_or_default();
        assert_eq!(too_soon, expected, "failed at {failed_at}");
    }
}

#[test]
fn a_prefix_that_works_again_is_forgotten() {
    let mut traces = traces();
    traces.take_in(&[sample(1, second(2))]);
    traces.settle(second(4), |_| true);
    assert_ne!(traces.of(&[prefix()]), Tally::default());
    traces.settle(second(5), |_| false);
    traces.settle(second(6), |_| true);
    assert_eq!(traces.of(&[prefix()]), Tally::default());
}

#[test]
fn a_range_has_what_all_its_prefixes_have() {
    let mut traces = traces();
    let neighbour = Sample {
        remote: Address::v4([198, 51, 101, 7]),
        ..sample(1, second(2))
    };
    traces.take_in(&[sample(1, second(2)), neighbour]);
    traces.settle(second(4), |_| true);
    let nets = ["198.51.100.0/24", "198.51.101.0/24", "198.51.102.0/24"];
    let tally = traces.of(&nets.map(|net| net.parse().unwrap()));
    assert_eq!(tally.injectors, BTreeMap::from([("iran".into(), 2)]));
    assert_eq!(traces.of(&[prefix()]).injectors["iran"], 1);
}

#[test]
fn the_injector_of_one_connection_is_known_at_once_and_later() {
    let mut traces = traces();
    traces.take_in(&[sample(1, second(2))]);
    assert_eq!(traces.injector(&key(1), second(1)), Some("iran"));
    traces.settle(second(9), |_| false);
    assert_eq!(traces.injector(&key(1), second(1)), Some("iran"));
    assert_eq!(traces.injector(&key(1), second(5)), None, "the ports again");
    assert_eq!(traces.injector(&key(2), second(1)), None);
}

#[test]
fn a_flood_of_samples_takes_bounded_room() {
    let mut traces = traces();
    for port in 0..20_000 {
        traces.take_in(&[sample(port, second(2)); 20]);
    }
    assert_eq!(traces.waiting.len(), MOST_WAITING);
    traces.settle(second(2), |_| false);
    assert!(traces.connections.len() <= 4_096);
}
