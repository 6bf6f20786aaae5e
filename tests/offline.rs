//! From frames to alerts without root: scripted traffic through the engine, the judgement and the alerts' life,
//! in compressed time. What the kernel adds is held against the host by the differential tests.

#![expect(clippy::unwrap_used, reason = "all of this file is tests")]

use std::time::Duration;

use detector_tests::{
    Plan,
    frames::Look,
    plan::hosts,
    script::{Daemon, Obstacle, Script},
};
use ipnet::IpNet;
use serde_json::Value;

const BLOCKED: &str = "198.18.16.0/20";
const NEIGHBOURS: [&str; 2] = ["198.18.0.0/20", "198.18.32.0/21"];
const EVERYTHING: &str = "0.0.0.0/0";

/// One packet of so many is lost all the time: no network is perfect.
const LOSS: u32 = 200;

#[test]
fn block_of_a_20_fires_with_exact_range_within_20_s_and_resolves_within_60_s() {
    let mut daemon = warm_daemon();
    daemon.script.path.obstruct(net(BLOCKED), Obstacle::Drop);
    let whole = wait(&mut daemon, 20, |event| event["prefix"] == BLOCKED);
    assert_eq!(whole["kind"], "syn_blackhole");
    assert_eq!(whole["grade"], "confirmed");
    assert_eq!(whole["members_total"], 16);
    assert_eq!(whole["evidence"]["stage"], "post_syn");

    daemon.script.path.clear();
    wait(&mut daemon, 60, |event| is_end_of(&whole, event));
}

#[test]
fn a_range_that_recovers_raises_no_new_alert() {
    for obstacle in [Obstacle::Drop, Obstacle::ForgedReset(Look::FORGER)] {
        for seconds in [20, 60] {
            let mut daemon = warm_daemon();
            daemon.script.path.obstruct(net(BLOCKED), obstacle);
            let during = alerts(&mut daemon, seconds);
            daemon.script.path.clear();
            let after = alerts(&mut daemon, 120);
            let last = after.last().unwrap();
            assert!(is_end_of(&during[0], last), "{last:#}");
            for event in &after {
                assert_eq!(
                    event["id"], during[0]["id"],
                    "{obstacle:?} for {seconds} s: {event:#}"
                );
            }
        }
    }
}

#[test]
fn forged_resets_on_first_data_are_told_as_injection_and_resolve() {
    let mut daemon = warm_daemon();
    let obstacle = Obstacle::ForgedReset(Look::FORGER);
    daemon.script.path.obstruct(net(BLOCKED), obstacle);
    let whole = wait(&mut daemon, 20, |event| event["prefix"] == BLOCKED);
    assert_eq!(whole["kind"], "rst_injection");
    assert_eq!(whole["grade"], "confirmed");
    assert_eq!(whole["evidence"]["stage"], "post_psh");

    daemon.script.path.clear();
    wait(&mut daemon, 60, |event| is_end_of(&whole, event));
}

#[test]
fn thirty_minutes_of_quiet_raise_no_alert() {
    let mut daemon = Daemon::new(script());
    assert_eq!(alerts(&mut daemon, 1_800), [] as [Value; 0]);
}

#[test]
fn one_dead_host_raises_no_alert() {
    let mut daemon = warm_daemon();
    daemon
        .script
        .path
        .obstruct(net("198.18.17.3/32"), Obstacle::Drop);
    assert_eq!(alerts(&mut daemon, 300), [] as [Value; 0]);
}

#[test]
fn an_outage_of_the_uplink_raises_no_alert() {
    let mut daemon = warm_daemon();
    daemon.script.path.obstruct(net(EVERYTHING), Obstacle::Drop);
    assert_eq!(alerts(&mut daemon, 60), [] as [Value; 0]);
    daemon.script.path.clear();
    daemon.script.path.lose_one_in(LOSS);
    assert_eq!(alerts(&mut daemon, 120), [] as [Value; 0]);
}

/// A daemon that has seen every host answer.
fn warm_daemon() -> Daemon {
    let mut daemon = Daemon::new(script());
    assert_eq!(alerts(&mut daemon, 30), [] as [Value; 0]);
    daemon
}

/// Thirty connections a second to the range, as many to its neighbours.
fn script() -> Script {
    let plan = |targets| Plan {
        connections_per_second: 30,
        ..Plan::to(targets)
    };
    let targets = |ranges: &[&str]| {
        let ranges = ranges.iter().map(|range| hosts(net(range), 24, 8, 443));
        ranges.flat_map(Result::unwrap).collect()
    };
    let plans = vec![plan(targets(&[BLOCKED])), plan(targets(&NEIGHBOURS))];
    let mut script = Script::new(plans);
    script.path.lose_one_in(LOSS);
    script
}

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn is_end_of(alert: &Value, event: &Value) -> bool {
    event["state"] == "resolved" && event["id"] == alert["id"]
}

/// Plays until an event is as awaited.
fn wait(daemon: &mut Daemon, seconds: u64, is_awaited: impl Fn(&Value) -> bool) -> Value {
    let deadline = daemon.now() + Duration::from_secs(seconds);
    let mut seen = Vec::new();
    while daemon.now() < deadline {
        seen.extend(daemon.second().unwrap());
        if let Some(index) = seen.iter().position(&is_awaited) {
            return seen.swap_remove(index);
        }
    }
    panic!("not within {seconds} s: {seen:#?}");
}

/// All events of so many seconds.
fn alerts(daemon: &mut Daemon, seconds: u64) -> Vec<Value> {
    (0..seconds)
        .flat_map(|_| daemon.second().unwrap())
        .collect()
}
