//! A line that loses some of what it carries.

use std::time::Duration;

use super::fixture::lab;
use super::{SECOND, VICTIMS};
use crate::{Counts, Lab, Plan, Protocol, Traffic};

const TIMES: u64 = 100;

/// Two datagrams are sent at once, and each needs an answer: with half of them lost, nine of sixteen pairs come to
/// nothing.
#[test]
fn datagrams_are_lost_both_ways_at_random() {
    let Some((_turn, lab)) = lab() else { return };
    for (_, server, range) in VICTIMS {
        let loss = lab.censor().lose(range.parse().unwrap(), 50).unwrap();
        let counts = greet(&lab, server);
        assert!((35..=80).contains(&counts.timed_out), "{counts:?}");
        assert_eq!(counts.answered + counts.timed_out, TIMES);
        loss.lift().unwrap();
        assert_eq!(greet(&lab, server).answered, TIMES, "{server}");
    }
}

fn greet(lab: &Lab, server: &str) -> Counts {
    let plan = Plan {
        protocol: Protocol::Quic,
        connections_per_second: 200,
        limit: Some(TIMES),
        // Before anything is sent again.
        timeout: Duration::from_millis(900),
        ..Plan::to(vec![server.parse().unwrap()])
    };
    let traffic = Traffic::start(&lab.clients, plan).unwrap();
    traffic
        .wait_until(|counts| counts.ended() == TIMES, 20 * SECOND)
        .unwrap()
}
