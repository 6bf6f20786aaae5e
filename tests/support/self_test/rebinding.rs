//! A gateway that gets another address.

use super::SECOND;
use super::fixture::{Arrivals, lab, visit};
use crate::sniffer::Family;
use crate::{Course, Plan, Traffic};

const SERVER: &str = "198.18.17.1:443";
const TIMES: u64 = 10;

#[test]
fn a_rebinding_ends_old_connections_and_new_ones_work() {
    let Some((_turn, lab)) = lab() else { return };
    let mut arrivals = Arrivals::at_wan(&lab, Family::V4, SERVER);
    let plan = Plan {
        course: Course::Slow,
        connections_per_second: 100,
        limit: Some(TIMES),
        ..Plan::to(vec![SERVER.parse().unwrap()])
    };
    let traffic = Traffic::start(&lab.clients, plan).unwrap();
    for _ in 0..TIMES {
        while !arrivals.next().syn {}
    }
    lab.rebind().unwrap();
    assert_eq!(visit(&lab.clients, SERVER, 3 * SECOND), Ok(2_000));
    assert_eq!(visit(&lab.gateway, SERVER, 3 * SECOND), Ok(2_000));
    let ended = traffic.wait_until(|counts| counts.ended() == TIMES, 20 * SECOND);
    let counts = ended.unwrap();
    assert_eq!(counts.unanswered(), TIMES, "{counts:?}");
}
