//! What a wire does to packets: it carries none that is longer than it takes, and shows how far they came.

use super::fixture::{Arrivals, download, lab, visit};
use super::{SECOND, VICTIMS};
use crate::address::{FAR_HOP_LIMIT, SERVER_HOP_LIMIT};
use crate::sniffer::Family;
use crate::{Plan, Traffic};

/// The MTU without the headers of IPv4 and TCP.
const LONGEST: u32 = 1_460;

#[test]
fn no_segment_is_longer_than_the_wire_takes() {
    let Some((_turn, lab)) = lab() else { return };
    for (family, server, _) in VICTIMS {
        let mut requests = Arrivals::at_censor(&lab, family, server);
        let mut answers = Arrivals::at_wan(&lab, family, server);
        let plan = Plan {
            request_bytes: 20_000,
            limit: Some(1),
            ..Plan::to(vec![server.parse().unwrap()])
        };
        let traffic = Traffic::start(&lab.clients, plan).unwrap();
        traffic
            .wait_until(|counts| counts.answered == 1, 5 * SECOND)
            .unwrap();
        assert_eq!(download(&lab.clients, server, 64 << 10, SECOND), 64 << 10);
        for arrivals in [&mut requests, &mut answers] {
            let lengths: Vec<_> = arrivals.arrived().map(|it| it.payload_bytes).collect();
            assert!(lengths.iter().sum::<u32>() > 20_000);
            assert!(lengths.iter().all(|bytes| *bytes <= LONGEST), "{lengths:?}");
        }
    }
}

#[test]
fn servers_are_at_different_distances() {
    let Some((_turn, lab)) = lab() else { return };
    for (family, server, hop_limit) in [
        (Family::V4, "198.18.17.1:443", SERVER_HOP_LIMIT),
        (Family::V4, "198.18.1.1:443", FAR_HOP_LIMIT),
        (Family::V4, "198.51.100.1:443", FAR_HOP_LIMIT),
        (Family::V6, "[2001:db8:8010::1]:443", SERVER_HOP_LIMIT),
        (Family::V6, "[2001:db8:8008::1]:443", FAR_HOP_LIMIT),
    ] {
        let mut arrivals = Arrivals::at_wan(&lab, family, server);
        assert_eq!(visit(&lab.clients, server, 3 * SECOND), Ok(2_000));
        assert!(
            arrivals.arrived().all(|it| it.hop_limit == hop_limit - 1),
            "{server}"
        );
    }
}
