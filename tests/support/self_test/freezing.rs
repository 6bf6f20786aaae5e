//! Connections that run for a while and then meet silence, both ways.

use super::fixture::{Arrivals, download, lab};
use super::{SECOND, VICTIMS};
use crate::segment::Segment;
use crate::sniffer::Family;
use crate::{Block, Censor, Lab};

const DOWNLOAD: usize = 64 << 10;
const CURTAIN: u64 = 16 << 10;
const PACKETS: u64 = 25;

/// What got through of a download: to the client's program, and past the censor each way.
struct Frozen {
    bytes: usize,
    to_server: Vec<Segment>,
    to_client: Vec<Segment>,
}

#[test]
fn a_download_freezes_behind_sixteen_kilobytes() {
    let Some((_turn, lab)) = lab() else { return };
    for victim in VICTIMS {
        let frozen = freeze(&lab, victim, |censor, range| {
            censor.freeze_after_bytes(range, CURTAIN).unwrap()
        });
        assert!(
            (14_000..=20_000).contains(&frozen.bytes),
            "{}",
            frozen.bytes
        );
        assert_silent(&frozen);
    }
}

/// The one that arrives as the limit is met is the last, whoever sent it.
#[test]
fn a_connection_freezes_after_just_so_many_packets() {
    let Some((_turn, lab)) = lab() else { return };
    for victim in VICTIMS {
        let frozen = freeze(&lab, victim, |censor, range| {
            censor.freeze_after_packets(range, PACKETS).unwrap()
        });
        let passed = frozen.to_server.len() + frozen.to_client.len();
        assert_eq!(u64::try_from(passed), Ok(PACKETS));
        assert!(
            frozen.bytes > 0 && frozen.bytes < DOWNLOAD,
            "{}",
            frozen.bytes
        );
        assert_silent(&frozen);
    }
}

#[test]
fn short_connections_never_meet_a_freeze() {
    let Some((_turn, lab)) = lab() else { return };
    for (_, server, range) in VICTIMS {
        let range = range.parse().unwrap();
        let _curtain = lab.censor().freeze_after_bytes(range, CURTAIN).unwrap();
        let _count = lab.censor().freeze_after_packets(range, PACKETS).unwrap();
        assert_eq!(download(&lab.clients, server, 8_000, SECOND), 8_000);
    }
}

fn freeze(
    lab: &Lab,
    (family, server, range): (Family, &str, &str),
    deed: fn(&Censor, ipnet::IpNet) -> Block,
) -> Frozen {
    let mut to_server = Arrivals::at_server(lab, family, server);
    let mut to_client = Arrivals::at_wan(lab, family, server);
    let block = deed(&lab.censor(), range.parse().unwrap());
    let bytes = download(&lab.clients, server, DOWNLOAD, 2 * SECOND);
    let frozen = Frozen {
        bytes,
        to_server: to_server.arrived().collect(),
        to_client: to_client.arrived().collect(),
    };
    block.lift().unwrap();
    assert_eq!(
        download(&lab.clients, server, DOWNLOAD, 3 * SECOND),
        DOWNLOAD
    );
    frozen
}

/// Neither end heard that it is over.
fn assert_silent(frozen: &Frozen) {
    let mut heard = frozen.to_server.iter().chain(&frozen.to_client);
    assert!(heard.all(|segment| !segment.rst && !segment.fin));
}
