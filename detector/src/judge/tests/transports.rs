//! QUIC and TCP are judged apart, and told together where they fail together.

use super::*;

const BLOCKED: &str = "198.18.16.0/24";
const NEIGHBOUR: &str = "198.18.17.0/24";

/// A second in which QUIC fails and TCP works at the same hosts.
fn quic_blocked(net: &str, tcp_ok: u32) -> Delta {
    let mut delta = delta(net, tcp_ok, 0);
    delta.trials[Verdict::QuicTimeout.index()] = 3;
    delta.verdicts[Verdict::QuicTimeout.index()] = 3;
    delta.stages[Stage::PostSyn.index()] = 3;
    delta.alive = first_hosts(tcp_ok.max(3));
    delta.failed = first_hosts(3);
    delta
}

#[test]
fn quic_may_be_blocked_where_tcp_works() {
    let mut judge = Judge::default();
    let deltas = [delta(WITNESS, 5, 0), quic_blocked(BLOCKED, 20)];
    let ranges = repeat(&mut judge, 0..30, &deltas);
    assert_eq!(prefixes(&ranges), [BLOCKED]);
    let evidence = &ranges[0].evidence;
    assert_eq!(evidence.kind(), crate::kind::Kind::QuicBlackhole);
    assert_eq!((evidence.ok, evidence.failed()), (0, 3 * 30));
    assert_eq!(evidence.stages, [3 * 30, 0, 0, 0]);
}

#[test]
fn what_works_over_quic_excuses_nothing_over_tcp() {
    let mut judge = Judge::default();
    let mut deltas = [delta(WITNESS, 5, 0), delta(BLOCKED, 9, 3)];
    deltas[1].quic_ok = 9;
    deltas[1].quic_ok_trials = 9;
    assert_eq!(prefixes(&repeat(&mut judge, 0..5, &deltas)), [BLOCKED]);
}

#[test]
fn a_range_blocked_over_both_is_one_range() {
    let mut judge = Judge::default();
    let mut both = quic_blocked(BLOCKED, 0);
    both.trials[Verdict::SynTimeout.index()] = 4;
    both.verdicts[Verdict::SynTimeout.index()] = 4;
    let deltas = [delta(WITNESS, 5, 0), both, quic_blocked(NEIGHBOUR, 0)];
    let ranges = repeat(&mut judge, 0..5, &deltas);
    assert_eq!(prefixes(&ranges), ["198.18.16.0/23"]);
    assert_eq!(ranges[0].members.len(), 2);
    let failed = ranges[0].evidence.failed();
    assert_eq!(failed, 5 * (3 + 4 + 3));
}

#[test]
fn a_wide_block_of_quic_hides_no_block_of_tcp_in_it() {
    let mut judge = Judge::default();
    let mut deltas: Vec<Delta> = (16..32)
        .map(|net| quic_blocked(&format!("198.18.{net}.0/24"), 9))
        .collect();
    deltas[4] = quic_blocked("198.18.20.0/24", 0);
    deltas[4].trials[Verdict::SynTimeout.index()] = 4;
    deltas[4].verdicts[Verdict::SynTimeout.index()] = 4;
    deltas.insert(0, delta(WITNESS, 5, 0));
    let ranges = repeat(&mut judge, 0..5, &deltas);
    assert_eq!(prefixes(&ranges), ["198.18.16.0/20", "198.18.20.0/24"]);
    assert_eq!([ranges[0].members.len(), ranges[1].members.len()], [15, 1]);
    let kinds = [&ranges[0], &ranges[1]].map(|range| range.evidence.kind());
    let expected = [
        crate::kind::Kind::QuicBlackhole,
        crate::kind::Kind::SynBlackhole,
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn a_prefix_that_quic_was_never_used_to_takes_no_room_there() {
    let mut judge = Judge::default();
    let sizes = |judge: &Judge| judge.dockets.each_ref().map(|it| it.count().0);
    judge.see(0, &[delta(BLOCKED, 3, 3)]);
    assert_eq!(sizes(&judge), [1, 0]);
    let mut works = delta(NEIGHBOUR, 1, 0);
    works.quic_ok = 1;
    judge.see(1, &[works]);
    assert_eq!(sizes(&judge), [2, 1]);
    judge.see(2, &[quic_blocked(BLOCKED, 0)]);
    assert_eq!(sizes(&judge), [2, 2]);
}
