//! Servers that ail, and recover: what their clients see of it, and in whose name.

use std::io::ErrorKind;

use super::fixture::{Arrivals, lab, visit};
use super::{SECOND, VICTIMS};
use crate::address::{CLOSED_PORT, SERVER_HOP_LIMIT};
use crate::{Block, Counts, Lab, Plan, Traffic};

const TIMES: u64 = 100;

#[test]
fn a_host_that_died_is_silent_and_its_neighbour_is_not() {
    let Some((_turn, lab)) = lab() else { return };
    for (_, server, neighbour) in [
        (VICTIMS[0].0, VICTIMS[0].1, "198.18.17.2:443"),
        (VICTIMS[1].0, VICTIMS[1].1, "[2001:db8:8000:1::2]:443"),
    ] {
        let dead: std::net::SocketAddr = server.parse().unwrap();
        let death = lab.hosting().kill(&[dead.ip()]).unwrap();
        assert_eq!(
            visit(&lab.clients, server, SECOND),
            Err(ErrorKind::TimedOut)
        );
        assert_eq!(visit(&lab.clients, neighbour, 3 * SECOND), Ok(2_000));
        death.lift().unwrap();
        assert_eq!(visit(&lab.clients, server, 3 * SECOND), Ok(2_000));
    }
}

/// Nobody listens there, which a filter hides.
#[test]
fn a_closed_port_refuses_and_a_filtered_one_is_silent() {
    let Some((_turn, lab)) = lab() else { return };
    let server = format!("198.18.17.1:{CLOSED_PORT}");
    let refused = visit(&lab.clients, &server, SECOND);
    assert_eq!(refused, Err(ErrorKind::ConnectionRefused));
    let _filter = lab.hosting().filter(CLOSED_PORT).unwrap();
    let silenced = visit(&lab.clients, &server, SECOND);
    assert_eq!(silenced, Err(ErrorKind::TimedOut));
    assert_eq!(
        visit(&lab.clients, "198.18.17.1:443", 3 * SECOND),
        Ok(2_000)
    );
}

/// A connection stays what it is, however often the client asks; a SYN that is sent again may be heard.
#[test]
fn half_of_what_is_asked_of_a_busy_server_is_lost() {
    let Some((_turn, lab)) = lab() else { return };
    for (_, server, range) in VICTIMS {
        let range = range.parse().unwrap();
        let (hosting, half) = (lab.hosting(), 30..=70);
        let ignored = of_hundred(&lab, server, hosting.ignore_half_of_connections(range));
        assert!(half.contains(&ignored.timed_out), "{ignored:?}");
        let refused = of_hundred(&lab, server, hosting.refuse_half_of_connections(range));
        assert!(half.contains(&refused.refused), "{refused:?}");
        let repeated = of_hundred(&lab, server, hosting.ignore_half_of_syns(range));
        assert!((1..30).contains(&repeated.timed_out), "{repeated:?}");
        for counts in [ignored, refused, repeated] {
            assert_eq!(
                counts.answered + counts.timed_out + counts.refused,
                TIMES,
                "{counts:?}"
            );
        }
    }
}

#[test]
fn a_busy_server_refuses_in_its_own_name() {
    let Some((_turn, lab)) = lab() else { return };
    for (family, server, range) in VICTIMS {
        let mut arrivals = Arrivals::at_wan(&lab, family, server);
        let trouble = lab
            .hosting()
            .refuse_half_of_connections(range.parse().unwrap());
        of_hundred(&lab, server, trouble);
        let mut resets = arrivals.arrived().filter(|it| it.rst).peekable();
        assert!(resets.peek().is_some());
        assert!(resets.all(|it| it.hop_limit == SERVER_HOP_LIMIT - 1));
    }
}

fn of_hundred(lab: &Lab, server: &str, trouble: anyhow::Result<Block>) -> Counts {
    let plan = Plan {
        connections_per_second: 200,
        limit: Some(TIMES),
        // Time for four SYNs.
        timeout: 7 * SECOND / 2,
        ..Plan::to(vec![server.parse().unwrap()])
    };
    let traffic = Traffic::start(&lab.clients, plan).unwrap();
    let counts = traffic.wait_until(|counts| counts.ended() == TIMES, 20 * SECOND);
    trouble.unwrap().lift().unwrap();
    counts.unwrap()
}
