//! Our own uplink's failures, and our own losses, accuse nobody.

use super::*;
use crate::judge::outage::Plight;

/// Prefixes far from each other.
fn everywhere() -> [String; 8] {
    std::array::from_fn(|index| format!("203.{index}.113.0/24"))
}

fn all(ok: u32, failed: u32) -> Vec<Delta> {
    everywhere()
        .iter()
        .map(|net| delta(net, ok, failed))
        .collect()
}

fn plight(judge: &mut Judge, second: u64, deltas: &[Delta]) -> Option<Plight> {
    let findings = judge.observe(at(second), deltas, false);
    assert!(findings.ranges.is_empty());
    findings.trouble.map(|trouble| trouble.plight)
}

#[test]
fn a_cut_of_the_uplink_is_an_outage_until_things_work_again() {
    let mut judge = Judge::default();
    repeat(&mut judge, 0..10, &all(3, 0));
    assert_eq!(plight(&mut judge, 13, &all(0, 3)), Some(Plight::Outage));
    for second in 14..60 {
        assert_eq!(plight(&mut judge, second, &[]), Some(Plight::Outage));
    }
    for second in 60..69 {
        assert_eq!(plight(&mut judge, second, &all(3, 0)), Some(Plight::Outage));
    }
    assert_eq!(plight(&mut judge, 70, &all(3, 0)), None);
}

#[test]
fn what_failed_just_before_an_outage_was_noticed_is_forgiven() {
    let mut judge = Judge::default();
    repeat(&mut judge, 0..10, &all(3, 0));
    // The first fail before the last success is two seconds old.
    let [failing, working, ..] = everywhere();
    judge.see(10, &[delta(&failing, 0, 3), delta(&working, 1, 0)]);
    let net = "203.0.113.0/24".parse().unwrap();
    assert!(judge.is_suspected(&net));
    judge.see(13, &all(0, 3)[1..]);
    assert!(!judge.is_suspected(&net));
}

#[test]
fn a_block_that_was_claimed_outlives_an_outage() {
    let mut judge = Judge::default();
    let blocked = [delta(WITNESS, 5, 0), delta("198.18.16.0/24", 0, 4)];
    assert!(!repeat(&mut judge, 0..4, &blocked).is_empty());
    judge.see(7, &all(0, 3));
    assert_eq!(prefixes(&judge.see(8, &[])), ["198.18.16.0/24"]);
}

#[test]
fn silence_that_may_be_our_own_deafness_proves_nothing() {
    let mut judge = Judge::default();
    let deltas = [delta(WITNESS, 5, 0), delta("198.18.16.0/24", 0, 4)];
    for second in 0..20 {
        assert!(judge.observe(at(second), &deltas, true).ranges.is_empty());
    }
    assert!(!judge.see(20, &deltas).is_empty() || !judge.see(21, &deltas).is_empty());
}

#[test]
fn forged_packets_accuse_even_while_counters_are_lossy() {
    let mut judge = Judge::default();
    let mut forged = delta("198.18.16.0/24", 0, 0);
    forged.trials[Verdict::RstInjected.index()] = 4;
    forged.verdicts[Verdict::RstInjected.index()] = 4;
    forged.alive = first_hosts(4);
    forged.failed = first_hosts(4);
    let deltas = [delta(WITNESS, 5, 0), forged];
    assert!(!judge.observe(at(1), &deltas, true).ranges.is_empty());
}

#[test]
fn a_judge_goes_on_after_a_restart() {
    let mut judge = Judge::default();
    let blocked = [delta(WITNESS, 5, 0), delta("198.18.16.0/24", 0, 4)];
    let before = repeat(&mut judge, 0..4, &blocked);
    let saved = serde_json::to_string(&judge.save()).unwrap();
    let mut judge = Judge::default();
    judge.restore(serde_json::from_str(&saved).unwrap());
    let after = judge.see(9, &[]);
    assert_eq!(prefixes(&after), prefixes(&before));
    assert_eq!(after[0].evidence, before[0].evidence);
    assert_eq!(after[0].since, before[0].since);
    let working = [delta(WITNESS, 5, 0), delta("198.18.16.0/24", 4, 0)];
    assert!(repeat(&mut judge, 10..20, &working).is_empty());
}
