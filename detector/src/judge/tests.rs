mod mixed;
mod outage;
mod transports;

use std::time::Duration;

use detector_common::verdict::{Stage, Verdict};

use super::{hosts::HostSet, *};

/// One second of trials to one prefix, each of a host of its own.
pub(super) fn delta(prefix: &str, ok: u32, failed: u32) -> Delta {
    let mut delta = Delta::quiet(prefix);
    delta.trials[Verdict::Ok.index()] = ok;
    delta.trials[Verdict::SynTimeout.index()] = failed;
    delta.verdicts[Verdict::Ok.index()] = ok;
    delta.verdicts[Verdict::SynTimeout.index()] = failed;
    delta.connections_answered = ok;
    delta.stages[Stage::PostSyn.index()] = failed;
    delta.alive = first_hosts(ok + failed);
    delta.failed = first_hosts(failed);
    delta
}

/// So many connections that ended well, whose trials were counted before.
pub(super) fn retried(prefix: &str, ok: u32) -> Delta {
    let mut delta = Delta::quiet(prefix);
    delta.verdicts[Verdict::Ok.index()] = ok;
    delta.connections_answered = ok;
    delta.alive = first_hosts(ok);
    delta
}

pub(super) fn first_hosts(count: u32) -> HostSet {
    HostSet([0, 32, 64, 96, 128, 160, 192, 224].map(|before| {
        let hosts = count.saturating_sub(before).min(32);
        u32::try_from((1_u64 << hosts) - 1).unwrap()
    }))
}

fn at(second: u64) -> Moment {
    Moment {
        monotonic: Duration::from_secs(second),
        wall: jiff::Timestamp::from_second(1_700_000_000 + i64::try_from(second).unwrap()).unwrap(),
    }
}

impl Judge {
    /// One poll without losses; what is blocked at its end.
    fn see(&mut self, second: u64, deltas: &[Delta]) -> Vec<Range> {
        self.observe(at(second), deltas, false).ranges
    }
}

/// Runs the same second over and over; returns what is blocked at its end.
fn repeat(judge: &mut Judge, seconds: std::ops::Range<u64>, deltas: &[Delta]) -> Vec<Range> {
    let mut ranges = Vec::new();
    for second in seconds {
        ranges = judge.see(second, deltas);
    }
    ranges
}

fn prefixes(ranges: &[Range]) -> Vec<String> {
    ranges
        .iter()
        .map(|range| range.prefix.to_string())
        .collect()
}

const WITNESS: &str = "198.18.0.0/24";

#[test]
fn neighbours_that_fail_while_others_work_are_one_range() {
    let mut judge = Judge::default();
    let blocked = [
        delta(WITNESS, 5, 0),
        delta("198.18.16.0/24", 0, 2),
        delta("198.18.17.0/24", 0, 2),
    ];
    let ranges = repeat(&mut judge, 0..4, &blocked);
    assert_eq!(prefixes(&ranges), ["198.18.16.0/23"]);
    assert_eq!(ranges[0].evidence.failed(), 16);
    assert_eq!(ranges[0].since, at(0));
}

#[test]
fn nothing_is_accused_while_nothing_works() {
    let mut judge = Judge::default();
    repeat(&mut judge, 0..10, &[delta(WITNESS, 5, 0)]);
    let cut = [delta("198.18.16.0/24", 0, 9), delta("203.0.113.0/24", 0, 9)];
    // A SYN takes three seconds to fail.
    assert!(repeat(&mut judge, 12..70, &cut).is_empty());
}

#[test]
fn a_prefix_that_says_nothing_is_no_witness() {
    let mut judge = Judge::default();
    let deltas = [Delta::quiet(WITNESS), delta("198.18.16.0/24", 0, 9)];
    assert!(repeat(&mut judge, 0..10, &deltas).is_empty());
}

#[test]
fn what_ordinarily_fails_is_the_mean_of_the_members() {
    let mut judge = Judge::default();
    let deltas = [
        delta(WITNESS, 5, 0),
        delta("198.18.16.0/24", 0, 9),
        delta("198.18.17.0/24", 0, 9),
    ];
    let rate = repeat(&mut judge, 0..2, &deltas)[0].baseline_failure_rate;
    assert!((rate - 0.05).abs() < 0.001, "{rate}");
}

#[test]
fn stray_failures_after_an_outage_accuse_nobody() {
    let mut judge = Judge::default();
    let nets = [WITNESS, "198.18.16.0/24", "203.0.113.0/24"];
    repeat(&mut judge, 0..10, &nets.map(|net| delta(net, 5, 0)));
    repeat(&mut judge, 12..30, &nets.map(|net| delta(net, 0, 5)));
    let stray = [delta(WITNESS, 5, 0), delta("198.18.16.0/24", 2, 3)];
    assert!(repeat(&mut judge, 30..36, &stray).is_empty());
}

#[test]
fn destinations_that_all_fail_in_one_poll_are_enough_while_others_work() {
    let mut judge = Judge::default();
    let witness = delta(WITNESS, 5, 0);
    repeat(&mut judge, 0..10, std::slice::from_ref(&witness));
    let ranges = judge.see(10, &[witness, delta("198.18.16.0/24", 0, 12)]);
    assert_eq!(prefixes(&ranges), ["198.18.16.0/24"]);
}

#[test]
fn an_uplink_that_comes_back_accuses_nobody() {
    let mut judge = Judge::default();
    let nets = [WITNESS, "198.18.16.0/24", "203.0.113.0/24"];
    repeat(&mut judge, 0..10, &nets.map(|net| delta(net, 5, 0)));
    repeat(&mut judge, 12..40, &nets.map(|net| delta(net, 0, 5)));
    // The first prefix works again a second before the others do.
    assert!(judge.see(40, &[delta(WITNESS, 5, 0)]).is_empty());
    let back = repeat(&mut judge, 41..80, &nets.map(|net| delta(net, 5, 0)));
    assert!(back.is_empty());
}

#[test]
fn thin_traffic_to_many_prefixes_adds_up() {
    let mut judge = Judge::default();
    let mut deltas: Vec<Delta> = (16..32)
        .map(|net| delta(&format!("198.18.{net}.0/24"), 0, 1))
        .collect();
    deltas.insert(0, delta(WITNESS, 5, 0));
    let ranges = repeat(&mut judge, 0..3, &deltas);
    assert_eq!(prefixes(&ranges), ["198.18.16.0/20"]);
    assert_eq!(ranges[0].members.len(), 16);
}

#[test]
fn a_working_prefix_inside_is_never_claimed() {
    let mut judge = Judge::default();
    let deltas = [
        delta("198.18.16.0/24", 0, 3),
        delta("198.18.17.0/24", 5, 0),
        delta("198.18.18.0/24", 0, 3),
    ];
    let ranges = repeat(&mut judge, 0..5, &deltas);
    assert_eq!(prefixes(&ranges), ["198.18.16.0/24", "198.18.18.0/24"]);
}

#[test]
fn a_prefix_that_just_began_to_fail_is_no_witness_against_its_neighbours() {
    let mut judge = Judge::default();
    let nets = [
        WITNESS,
        "198.18.16.0/24",
        "198.18.17.0/24",
        "198.18.18.0/24",
    ];
    repeat(&mut judge, 0..10, &nets.map(|net| delta(net, 4, 0)));
    let [witness, low, middle, high] = nets;
    repeat(&mut judge, 10..13, &[delta(witness, 5, 0)]);
    let one_of_four_failed = Delta {
        alive: first_hosts(4),
        ..delta(middle, 0, 1)
    };
    let onset = [
        delta(witness, 5, 0),
        delta(low, 0, 8),
        one_of_four_failed,
        delta(high, 0, 8),
    ];
    assert_eq!(prefixes(&judge.see(13, &onset)), ["198.18.16.0/22"]);
}

/// Two prefixes fail, the one between them was not tried since; all worked before.
fn gap() -> (Judge, [Delta; 3]) {
    let mut judge = Judge::default();
    let nets = [
        WITNESS,
        "198.18.16.0/24",
        "198.18.17.0/24",
        "198.18.18.0/24",
    ];
    repeat(&mut judge, 0..10, &nets.map(|net| delta(net, 4, 0)));
    let [witness, low, _, high] = nets;
    let onset = [delta(witness, 5, 0), delta(low, 0, 4), delta(high, 0, 5)];
    repeat(&mut judge, 10..13, &onset[..1]);
    (judge, onset)
}

#[test]
fn a_prefix_not_tried_since_the_onset_is_not_claimed_and_divides_nothing() {
    let (mut judge, onset) = gap();
    let ranges = repeat(&mut judge, 13..16, &onset);
    assert_eq!(prefixes(&ranges).len(), 1);
    assert_eq!(ranges[0].members.len(), 1);
    assert_eq!(ranges[0].kin.len(), 2);
}

#[test]
fn a_prefix_that_works_after_the_onset_divides_the_range() {
    let (mut judge, onset) = gap();
    repeat(&mut judge, 13..16, &onset);
    judge.see(16, &[delta("198.18.17.0/24", 1, 0)]);
    // It is proved for good.
    let ranges = repeat(&mut judge, 17..90, &onset);
    assert_eq!(prefixes(&ranges), ["198.18.16.0/24", "198.18.18.0/24"]);
    assert!(ranges.iter().all(|range| range.kin.len() == 1));
}

#[test]
fn a_prefix_that_nobody_tries_any_more_may_be_covered() {
    let (mut judge, onset) = gap();
    let ranges = repeat(&mut judge, 13..40, &onset);
    assert_eq!(prefixes(&ranges), ["198.18.16.0/22"]);
    assert_eq!(ranges[0].members.len(), 2);
}

#[test]
fn a_dead_host_does_not_date_the_block_that_follows() {
    let (mut judge, onset) = gap();
    judge.see(13, &[delta("198.18.16.0/24", 0, 1)]);
    let works = Delta {
        failed: first_hosts(1),
        ..retried("198.18.16.0/24", 4)
    };
    judge.see(14, &[delta(WITNESS, 5, 0), works]);
    judge.see(15, &[delta("198.18.17.0/24", 1, 0)]);
    let ranges = repeat(&mut judge, 16..20, &onset);
    assert_eq!(prefixes(&ranges).len(), 1);
    assert_eq!(ranges[0].since, at(16));
}

#[test]
fn a_range_that_works_again_is_no_longer_blocked() {
    let mut judge = Judge::default();
    let witness = delta(WITNESS, 5, 0);
    repeat(
        &mut judge,
        0..5,
        &[witness.clone(), delta("198.18.16.0/24", 0, 4)],
    );
    let healthy = [witness, delta("198.18.16.0/24", 4, 0)];
    assert!(
        !judge.see(5, &healthy).is_empty(),
        "one good second may be luck"
    );
    assert!(repeat(&mut judge, 6..12, &healthy).is_empty());
}

#[test]
fn a_prefix_of_few_hosts_recovers_by_connections_when_every_host_answers() {
    let mut judge = Judge::default();
    let witness = delta(WITNESS, 5, 0);
    repeat(
        &mut judge,
        0..5,
        &[witness.clone(), delta("198.18.16.0/24", 0, 3)],
    );
    // Its hosts' trials were counted already; only connections go on.
    let quiet_success = retried("198.18.16.0/24", 3);
    let ranges = repeat(&mut judge, 5..10, &[witness, quiet_success]);
    assert!(ranges.is_empty());
}

const FEW: [&str; 4] = [
    "198.18.24.0/24",
    "198.18.25.0/24",
    "198.18.26.0/24",
    "198.18.27.0/24",
];

/// Two hosts in each prefix fail: only the wider tests see a block.
fn block_of_few_hosts() -> Judge {
    let mut judge = Judge::default();
    let witness = delta(WITNESS, 5, 0);
    judge.see(0, std::slice::from_ref(&witness));
    let mut deltas = FEW.map(|net| delta(net, 0, 2)).to_vec();
    deltas.insert(0, witness);
    assert_eq!(prefixes(&judge.see(1, &deltas)), ["198.18.24.0/22"]);
    judge
}

/// A second in which one host fails for everybody who tries.
fn failing(net: &str) -> Delta {
    let mut failing = delta(net, 0, 1);
    failing.verdicts[Verdict::SynTimeout.index()] = 40;
    failing
}

/// One second of connections whose trials were counted before.
fn connections(net: &str, hosts_failed: u32) -> Delta {
    Delta {
        alive: first_hosts(2),
        failed: first_hosts(hosts_failed),
        ..retried(net, 4)
    }
}

#[test]
fn few_hosts_end_a_block_that_only_the_wider_tests_saw() {
    let mut judge = block_of_few_hosts();
    judge.see(20, &FEW.map(|net| delta(net, 2, 0)));
    let healthy = FEW.map(|net| connections(net, 0));
    assert!(repeat(&mut judge, 21..26, &healthy).is_empty());
    // The wider alarms are over too.
    assert!(judge.see(26, &[delta(FEW[0], 0, 2)]).is_empty());
}

#[test]
fn one_host_that_still_fails_keeps_the_block() {
    let mut judge = block_of_few_hosts();
    let one_fails = FEW.map(|net| connections(net, 1));
    let ranges = repeat(&mut judge, 20..60, &one_fails);
    assert_eq!(prefixes(&ranges), ["198.18.24.0/22"]);
}

#[test]
fn hosts_let_through_for_less_than_a_syn_takes_to_fail_keep_the_block() {
    let mut judge = block_of_few_hosts();
    for second in (20..80).step_by(4) {
        judge.see(second, &FEW.map(failing));
        let ranges = repeat(
            &mut judge,
            second + 1..second + 4,
            &FEW.map(|net| connections(net, 0)),
        );
        assert_eq!(prefixes(&ranges), ["198.18.24.0/22"]);
    }
}

#[test]
fn forgetting_the_last_prefix_forgets_the_tests_around_it() {
    let mut judge = Judge::default();
    judge.see(
        0,
        &[delta("198.18.16.0/24", 0, 1), delta("198.18.17.0/24", 0, 1)],
    );
    judge.forget(&"198.18.16.0/24".parse().unwrap());
    assert_eq!(judge.dockets[0].count(), (1, 2));
    judge.forget(&"198.18.17.0/24".parse().unwrap());
    assert_eq!(judge.dockets[0].count(), (0, 0));
}

#[test]
fn what_one_transport_fails_to_within_a_range_of_the_other_is_one_range() {
    let mut judge = Judge::default();
    let mut deltas = vec![delta(WITNESS, 5, 0)];
    deltas[0].quic_ok = 5;
    for net in 16..20 {
        let mut both = delta(
            &format!("198.18.{net}.0/24"),
            0,
            if net % 2 == 0 { 4 } else { 0 },
        );
        both.trials[Verdict::QuicTimeout.index()] = 4;
        both.verdicts[Verdict::QuicTimeout.index()] = 4;
        both.alive = first_hosts(4);
        both.failed = first_hosts(4);
        if net % 2 == 1 {
            both.verdicts[Verdict::Ok.index()] = 4;
            both.trials[Verdict::Ok.index()] = 4;
            both.connections_answered = 4;
        }
        deltas.push(both);
    }
    let ranges = repeat(&mut judge, 0..4, &deltas);
    assert_eq!(prefixes(&ranges), ["198.18.16.0/22"]);
    assert_eq!((ranges[0].members.len(), ranges[0].kin.len()), (4, 4));
    assert_eq!(ranges[0].evidence.failed(), 16 * 4 + 8 * 4);
}

#[test]
fn an_outage_does_not_end_a_block_that_only_the_wider_tests_saw() {
    let mut judge = block_of_few_hosts();
    let nets = [
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "233.252.0.0/24",
    ];
    let mut healthy = nets.map(|net| delta(net, 3, 0)).to_vec();
    repeat(&mut judge, 2..9, &healthy);
    healthy.push(delta("198.18.28.0/24", 1, 1));
    judge.see(9, &healthy);
    let cut = nets.map(|net| delta(net, 0, 3));
    let findings = judge.observe(at(12), &cut, false);
    assert!(findings.trouble.is_some());
    assert_eq!(prefixes(&findings.ranges), ["198.18.24.0/22"]);
}

const WEEK: u64 = 7 * 24 * 3_600;

#[test]
fn a_block_that_nobody_tried_for_a_week_is_let_go_for_good() {
    let mut judge = block_of_few_hosts();
    let witness = [delta(WITNESS, 5, 0)];
    assert!(!judge.see(WEEK, &witness).is_empty());
    for second in 1..9 {
        assert!(judge.see(WEEK + second, &witness).is_empty());
    }
    assert!(!judge.is_suspected(&FEW[0].parse().unwrap()));
}

#[test]
fn a_dead_host_makes_a_suspect_that_need_not_be_kept_and_a_claim_one_that_must() {
    let mut judge = block_of_few_hosts();
    let [claimed, dead] = [FEW[0], "203.0.113.0/24"].map(|net| net.parse().unwrap());
    judge.see(2, &[delta(WITNESS, 5, 0), delta("203.0.113.0/24", 0, 1)]);
    assert!(judge.is_suspected(&dead) && !judge.is_held(&dead));
    assert!(judge.is_suspected(&claimed) && judge.is_held(&claimed));
}

/// A second in which connections to the first hosts are cut off at one place, or anywhere.
fn cut_off(net: &str, is_at_one_place: bool) -> Delta {
    let mut delta = Delta::quiet(net);
    delta.trials[Verdict::DataCutoff.index()] = 8;
    delta.verdicts[Verdict::DataCutoff.index()] = 8;
    let anywhere = [1, 1, 1, 1, 1, 1, 1, 1];
    let here = [0, 0, 8, 0, 0, 0, 0, 0];
    delta.stalls.bytes = if is_at_one_place { here } else { anywhere };
    delta.stalls.packets = anywhere;
    delta.alive = first_hosts(8);
    delta.failed = first_hosts(8);
    delta
}

#[test]
fn stalls_anywhere_are_no_cutoff_but_do_not_end_one_either() {
    let net = "198.18.16.0/24";
    let deltas = |is_at_one_place| [delta(WITNESS, 5, 0), cut_off(net, is_at_one_place)];
    assert!(repeat(&mut Judge::default(), 0..9, &deltas(false)).is_empty());
    let mut judge = Judge::default();
    assert_eq!(prefixes(&repeat(&mut judge, 0..3, &deltas(true))), [net]);
    assert_eq!(prefixes(&repeat(&mut judge, 3..30, &deltas(false))), [net]);
}

#[test]
fn a_trouble_outlasts_a_restart_until_enough_is_heard_of_again() {
    let mut judge = Judge::default();
    let nets: Vec<String> = (0..10).map(|net| format!("203.{net}.113.0/24")).collect();
    let narrow: Vec<Delta> = nets
        .iter()
        .enumerate()
        .map(|(index, net)| {
            if index == 0 {
                delta(net, 9, 0)
            } else {
                delta(net, 0, 9)
            }
        })
        .collect();
    for second in 0..700 {
        judge.observe(at(second), &narrow, false);
    }
    let mut after = Judge::default();
    after.restore(judge.save());
    for second in 730..760 {
        let first = usize::try_from(second - 729).unwrap().min(10);
        let findings = after.observe(at(second), &narrow[..first], false);
        assert!(findings.trouble.is_some(), "{second}");
        assert!(findings.ranges.is_empty(), "{second}");
    }
}
