//! The courses of a connection: how each ends for the client, and what of that is on the wire.

use super::SECOND;
use super::fixture::{Arrivals, lab};
use crate::sniffer::Family;
use crate::{Counts, Course, Lab, Plan, Traffic};

const SERVER: &str = "198.18.17.1:443";
const TIMES: u64 = 20;

#[test]
fn a_server_resets_after_its_answer() {
    let Some((_turn, lab)) = lab() else { return };
    let mut arrivals = Arrivals::at_wan(&lab, Family::V4, SERVER);
    assert_eq!(converse(&lab, Course::ServerResets).reset, TIMES);
    let (resets, others): (Vec<_>, Vec<_>) = arrivals.arrived().partition(|it| it.rst);
    let bytes: u32 = others.iter().map(|it| it.payload_bytes).sum();
    assert_eq!(u64::from(bytes), TIMES * 2_000);
    assert!(u64::try_from(resets.len()).unwrap() >= TIMES);
    assert!(others.iter().all(|it| !it.fin));
}

#[test]
fn a_client_resets_amid_the_answer() {
    let Some((_turn, lab)) = lab() else { return };
    let mut departures = Arrivals::at_censor(&lab, Family::V4, SERVER);
    assert_eq!(converse(&lab, Course::ClientAborts).aborted, TIMES);
    let resets = departures.arrived().filter(|it| it.rst).count();
    assert!(u64::try_from(resets).unwrap() >= TIMES);
}

/// The request arrives and is acknowledged.
#[test]
fn a_server_that_hangs_is_given_up() {
    let Some((_turn, lab)) = lab() else { return };
    let mut arrivals = Arrivals::at_wan(&lab, Family::V4, SERVER);
    assert_eq!(converse(&lab, Course::ServerHangs).timed_out, TIMES);
    let mut answers = arrivals.arrived();
    assert!(answers.all(|it| it.ack && !it.rst && it.payload_bytes == 0));
}

/// Twenty drops of a hundred bytes.
#[test]
fn a_slow_server_takes_its_time() {
    let Some((_turn, lab)) = lab() else { return };
    let mut arrivals = Arrivals::at_wan(&lab, Family::V4, SERVER);
    assert_eq!(converse(&lab, Course::Slow).answered, TIMES);
    let lengths = arrivals.arrived().map(|it| it.payload_bytes);
    let (drops, larger): (Vec<_>, Vec<_>) = lengths.filter(|it| *it > 0).partition(|it| *it <= 200);
    assert!(drops.len() > larger.len(), "{drops:?} {larger:?}");
}

fn converse(lab: &Lab, course: Course) -> Counts {
    let plan = Plan {
        course,
        connections_per_second: 100,
        limit: Some(TIMES),
        timeout: 5 * SECOND,
        ..Plan::to(vec![SERVER.parse().unwrap()])
    };
    let traffic = Traffic::start(&lab.clients, plan).unwrap();
    traffic
        .wait_until(|counts| counts.ended() == TIMES, 20 * SECOND)
        .unwrap()
}
