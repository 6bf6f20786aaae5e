//! Datagrams like QUIC's: what clients send, who answers, and what a censor of QUIC leaves alone.

use std::time::{Duration, Instant};

use etherparse::{SlicedPacket, TransportSlice};

use super::fixture::{lab, visit, wait};
use super::{SECOND, VICTIMS};
use crate::address::UP_INTERFACE;
use crate::sniffer::Sniffer;
use crate::{Counts, Lab, Plan, Protocol, Traffic};

#[test]
fn every_address_answers_quic() {
    let Some((_turn, lab)) = lab() else { return };
    for server in [
        "198.18.7.9:443",
        "198.51.100.3:443",
        "[2001:db8:8000:5::9]:443",
    ] {
        assert_eq!(greet(&lab, server, 20).answered, 20, "{server}");
    }
}

#[test]
fn a_censor_of_quic_leaves_tcp_alone() {
    let Some((_turn, lab)) = lab() else { return };
    for (_, server, range) in VICTIMS {
        let block = lab.censor().drop_quic(range.parse().unwrap()).unwrap();
        assert_eq!(greet(&lab, server, 20).timed_out, 20, "{server}");
        assert_eq!(visit(&lab.clients, server, 3 * SECOND), Ok(2_000));
        block.lift().unwrap();
        assert_eq!(greet(&lab, server, 20).answered, 20, "{server}");
    }
}

/// Two at once, after one second, and after three.
#[test]
fn an_unanswered_client_sends_three_pairs_of_initials() {
    let Some((_turn, lab)) = lab() else { return };
    for (family, server, range) in VICTIMS {
        let _block = lab.censor().drop_quic(range.parse().unwrap()).unwrap();
        let mut sniffer = Sniffer::open(&lab.censor, UP_INTERFACE, family).unwrap();
        let began = Instant::now();
        let traffic = Traffic::start(&lab.clients, plan(server, 1)).unwrap();
        for second in [0, 0, 1, 1, 3, 3] {
            let datagram = next_datagram(&mut sniffer);
            assert_eq!(began.elapsed().as_secs(), second);
            assert_eq!((datagram[0] & 0xf0, datagram.len()), (0xc0, 1_200));
            assert_eq!(datagram[1..5], [0, 0, 0, 1]);
        }
        let counts = traffic.wait_until(|counts| counts.ended() == 1, 5 * SECOND);
        assert_eq!(counts.unwrap().timed_out, 1);
        assert!(sniffer.receive().unwrap().is_none());
    }
}

fn greet(lab: &Lab, server: &str, times: u64) -> Counts {
    let traffic = Traffic::start(&lab.clients, plan(server, times)).unwrap();
    traffic
        .wait_until(|counts| counts.ended() == times, 20 * SECOND)
        .unwrap()
}

fn plan(server: &str, times: u64) -> Plan {
    Plan {
        protocol: Protocol::Quic,
        connections_per_second: 200,
        limit: Some(times),
        timeout: Duration::from_secs(4),
        ..Plan::to(vec![server.parse().unwrap()])
    }
}

/// The payload of the next datagram to port 443.
fn next_datagram(sniffer: &mut Sniffer) -> Vec<u8> {
    loop {
        wait(sniffer);
        while let Some(packet) = sniffer.receive().unwrap() {
            let transport = SlicedPacket::from_ip(packet).unwrap().transport;
            if let Some(TransportSlice::Udp(udp)) = transport
                && udp.destination_port() == 443
            {
                return udp.payload().to_vec();
            }
        }
    }
}
