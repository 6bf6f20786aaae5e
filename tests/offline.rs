//! From frames to alerts without root: scripted traffic through the engine, the judgement and the alerts' life,
//! in compressed time. What the kernel adds is held against the host by the differential tests.

#![expect(clippy::unwrap_used, reason = "all of this file is tests")]

use std::{net::SocketAddr, time::Duration};

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

/// A working /24 in the middle of [`BLOCKED`].
const HOLE: &str = "198.18.21.0/24";
/// Eight hosts in all, where there are two in each /24.
const SMALL: &str = "198.18.24.0/22";

/// One packet of so many is lost all the time: no network is perfect.
const LOSS: u32 = 200;

/// Connections a second.
const RATES: [u32; 6] = [3, 6, 8, 10, 15, 30];

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
fn forged_resets_leave_their_marks_and_the_name_of_the_injector_in_the_alert() {
    let mut daemon = warm_daemon();
    let iran = Look {
        window: 0,
        ..Look::FORGER
    };
    let obstacle = Obstacle::ForgedReset(iran);
    daemon.script.path.obstruct(net(BLOCKED), obstacle);
    let whole = wait(&mut daemon, 20, |event| {
        event["evidence"]["injectors"]["iran"].is_u64()
    });
    let evidence = &whole["evidence"];
    assert_eq!(evidence["injectors"].as_object().unwrap().len(), 1);
    let marks = evidence["marks"].as_object().unwrap();
    let expected = ["contradiction", "foreign_df", "too_soon"];
    assert!(marks.keys().eq(expected), "{marks:?}");
    let named = evidence["injectors"]["iran"].as_u64().unwrap();
    let marked = evidence["marks"]["foreign_df"].as_u64().unwrap();
    assert!(named <= marked, "{evidence:#}");

    daemon.script.path.clear();
    let end = wait(&mut daemon, 60, |event| is_end_of(&whole, event));
    assert!(end["evidence"]["injectors"]["iran"].is_u64(), "{end:#}");
}

#[test]
fn silence_leaves_no_marks_and_no_names() {
    let mut daemon = warm_daemon();
    daemon.script.path.obstruct(net(BLOCKED), Obstacle::Drop);
    let alert = wait(&mut daemon, 20, |event| event["event"] == "alert");
    for key in ["marks", "injectors"] {
        assert_eq!(alert["evidence"].get(key), None, "{alert:#}");
    }
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
fn an_outage_of_the_uplink_is_told_once_and_accuses_no_range() {
    let mut daemon = warm_daemon();
    daemon.script.path.obstruct(net(EVERYTHING), Obstacle::Drop);
    let during = alerts(&mut daemon, 60);
    let [told] = during.as_slice() else {
        panic!("{during:#?}");
    };
    assert_eq!(
        (&told["kind"], &told["state"]),
        (&"uplink_outage".into(), &"firing".into())
    );
    assert!(told.get("prefix").is_none() && told.get("members").is_none());

    daemon.script.path.clear();
    daemon.script.path.lose_one_in(LOSS);
    let after = alerts(&mut daemon, 120);
    assert!(after.len() == 1 && is_end_of(told, &after[0]), "{after:#?}");
}

#[test]
fn thin_traffic_finds_the_range_as_one_alert() {
    for visits in all_visits(BLOCKED, 8) {
        let mut daemon = visits.warm_daemon();
        one_alert_that_grows_to_the_range(&mut daemon, &visits);
    }
}

#[test]
fn a_dead_host_in_the_range_changes_nothing() {
    for visits in all_visits(BLOCKED, 8) {
        let mut daemon = visits.warm_daemon();
        for host in ["198.18.19.3/32", "198.18.26.5/32"] {
            daemon.script.path.obstruct(net(host), Obstacle::Drop);
        }
        assert_eq!(alerts(&mut daemon, 25), [] as [Value; 0]);
        one_alert_that_grows_to_the_range(&mut daemon, &visits);
    }
}

#[test]
fn a_working_prefix_in_the_middle_is_never_claimed() {
    for visits in all_visits(BLOCKED, 8) {
        let mut daemon = visits.warm_daemon();
        for part in net(BLOCKED).subnets(24).unwrap() {
            if part != net(HOLE) {
                daemon.script.path.obstruct(part, Obstacle::Drop);
            }
        }
        let mut events = alerts(&mut daemon, 60);
        daemon.script.path.clear();
        events.extend(alerts(&mut daemon, 60));
        assert!(!events.is_empty());
        for event in events {
            let is_claimed = claim(&event).contains(&net(HOLE));
            assert!(!is_claimed, "{visits:?}: {event:#}");
        }
    }
}

#[test]
fn eight_hosts_are_enough_to_see_the_end_within_20_s() {
    for visits in all_visits(SMALL, 2) {
        let mut daemon = visits.warm_daemon();
        daemon.script.path.obstruct(net(SMALL), Obstacle::Drop);
        let during = alerts(&mut daemon, 60);
        assert_eq!(during.last().unwrap()["prefix"], SMALL, "{visits:?}");
        daemon.script.path.clear();
        let after = alerts(&mut daemon, 20);
        assert!(is_end_of(&during[0], after.last().unwrap()), "{visits:?}");
        assert_eq!(alerts(&mut daemon, 130), [] as [Value; 0], "{visits:?}");
    }
}

#[test]
fn a_block_that_lets_one_host_through_at_a_time_is_not_over() {
    for seed in 1..4 {
        let visits = Visits {
            seed,
            ..Visits::to(SMALL, 2)
        };
        let mut daemon = visits.warm_daemon();
        let all = hosts(net(SMALL), 24, 2, 443).unwrap();
        daemon.script.path.obstruct(net(SMALL), Obstacle::Drop);
        let mut events = alerts(&mut daemon, 20);
        for free in all.iter().cycle().take(200) {
            daemon.script.path.clear();
            for host in all.iter().filter(|host| *host != free) {
                let host = IpNet::from(host.ip());
                daemon.script.path.obstruct(host, Obstacle::Drop);
            }
            events.extend(alerts(&mut daemon, 1));
        }
        for event in &events {
            assert_ne!(event["state"], "resolved", "{event:#}");
            assert_eq!(event["id"], events[0]["id"], "{event:#}");
        }
    }
}

/// Blocks the range, and lets it go after a minute.
fn one_alert_that_grows_to_the_range(daemon: &mut Daemon, visits: &Visits) {
    daemon.script.path.obstruct(net(BLOCKED), Obstacle::Drop);
    let during = alerts(daemon, 60);
    assert_eq!(during.last().unwrap()["prefix"], BLOCKED, "{visits:?}");
    daemon.script.path.clear();
    let after = alerts(daemon, 120);
    assert!(is_end_of(&during[0], after.last().unwrap()), "{visits:?}");
    for event in during.iter().chain(&after) {
        assert_eq!(event["id"], during[0]["id"], "{visits:?}: {event:#}");
        assert!(net(BLOCKED).contains(&claim(event)), "{event:#}");
    }
}

fn claim(event: &Value) -> IpNet {
    net(event["prefix"].as_str().unwrap())
}

/// A daemon that has seen every host answer, thirty connections a second.
fn warm_daemon() -> Daemon {
    Visits::to(BLOCKED, 8).warm_daemon()
}

fn script() -> Script {
    Visits::to(BLOCKED, 8).script()
}

/// Traffic to a range, and as much to its neighbours.
#[derive(Debug)]
struct Visits {
    range: &'static str,
    /// Hosts in each /24.
    hosts: usize,
    per_second: u32,
    seed: u64,
}

/// At each rate, in several orders.
fn all_visits(range: &'static str, hosts: usize) -> impl Iterator<Item = Visits> {
    RATES.into_iter().flat_map(move |per_second| {
        (1..4).map(move |seed| Visits {
            per_second,
            seed,
            ..Visits::to(range, hosts)
        })
    })
}

impl Visits {
    const fn to(range: &'static str, hosts: usize) -> Self {
        Self {
            range,
            hosts,
            per_second: 30,
            seed: 1,
        }
    }

    /// A daemon that has seen every host of the range answer twice.
    fn warm_daemon(&self) -> Daemon {
        let mut daemon = Daemon::new(self.script());
        let round = self.targets(&[self.range]).len() as u64 / u64::from(self.per_second);
        assert_eq!(alerts(&mut daemon, 20 + 2 * round), [] as [Value; 0]);
        daemon
    }

    fn script(&self) -> Script {
        let plan = |ranges: &[&str]| Plan {
            connections_per_second: self.per_second,
            seed: self.seed,
            ..Plan::to(self.targets(ranges))
        };
        let mut script = Script::new(vec![plan(&[self.range]), plan(&NEIGHBOURS)]);
        script.path.lose_one_in(LOSS);
        script
    }

    fn targets(&self, ranges: &[&str]) -> Vec<SocketAddr> {
        ranges
            .iter()
            .flat_map(|range| hosts(net(range), 24, self.hosts, 443).unwrap())
            .collect()
    }
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
