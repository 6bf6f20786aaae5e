//! Where each counter and each host has its place.

use super::*;
use std::{vec, vec::Vec};

fn every_counter() -> Vec<Counter> {
    let mut counters = vec![
        Counter::Connections,
        Counter::Strangers,
        Counter::Answered,
        Counter::QuicOk,
        Counter::QuicOkTrial,
    ];
    counters.extend(Verdict::ALL.map(Counter::Verdict));
    counters.extend(trials().map(Counter::Trial));
    counters.extend(Stage::ALL.map(Counter::Stage));
    counters.extend(Bucket::ALL.map(Counter::StallBytes));
    counters.extend(Bucket::ALL.map(Counter::StallPackets));
    counters
}

fn trials() -> impl Iterator<Item = Verdict> {
    Verdict::ALL.into_iter().take(Verdict::TRIALS)
}

fn every_host() -> Vec<(Hosts, u8)> {
    [Hosts::Alive, Hosts::Failed]
        .into_iter()
        .flat_map(|hosts| (0..=u8::MAX).map(move |host| (hosts, host)))
        .collect()
}

/// The bits that a value has more than the empty one.
fn bits(counters: &PrefixCounters) -> Vec<(usize, u32)> {
    let set = |(word, value): (usize, &u32)| (*value != 0).then_some((word, *value));
    counters.0.iter().enumerate().filter_map(set).collect()
}

#[test]
fn no_two_counters_and_no_two_hosts_share_a_bit() {
    let mut used = [0_u32; WORDS];
    for counter in every_counter() {
        assert_eq!(used[counter.word()], 0, "{counter:?}");
        used[counter.word()] = u32::MAX;
    }
    for (hosts, host) in every_host() {
        let (word, bit) = hosts.word(host);
        assert_eq!(bit.count_ones(), 1);
        assert_eq!(used[word] & bit, 0, "{hosts:?} {host}");
        used[word] |= bit;
    }
    assert_eq!(used[WORDS - 1], 0, "the last word stays zero");
}

#[test]
fn adding_to_one_counter_leaves_the_others() {
    for counter in every_counter() {
        let mut counters = PrefixCounters::default();
        counters.add(counter);
        counters.add(counter);
        assert_eq!(counters.value(counter), 2, "{counter:?}");
        assert_eq!(bits(&counters), [(counter.word(), 2)], "{counter:?}");
    }
}

#[test]
fn a_counter_at_its_end_wraps() {
    let mut counters = PrefixCounters([u32::MAX; WORDS]);
    counters.add(Counter::Connections);
    assert_eq!(counters.value(Counter::Connections), 0);
}

#[test]
fn a_host_is_in_its_set_until_it_is_taken_out() {
    for (hosts, host) in every_host() {
        let mut counters = PrefixCounters::default();
        counters.insert(hosts, host);
        counters.insert(hosts, host);
        for (other_hosts, other) in every_host() {
            let is_this = (other_hosts, other) == (hosts, host);
            assert_eq!(counters.contains(other_hosts, other), is_this);
        }
        counters.remove(hosts, host);
        assert_eq!(counters, PrefixCounters::default());
    }
}

#[test]
fn taking_a_host_out_leaves_the_others() {
    for (hosts, host) in every_host() {
        let mut counters = PrefixCounters([u32::MAX; WORDS]);
        counters.remove(hosts, host);
        counters.remove(hosts, host);
        assert!(!counters.contains(hosts, host));
        counters.insert(hosts, host);
        assert_eq!(counters, PrefixCounters([u32::MAX; WORDS]));
    }
}
