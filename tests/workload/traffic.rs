//! Many clients that fetch something from many servers, all of it in good order.

use std::{
    collections::VecDeque,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use detector_tests::frames::{Conversation, Frame};

/// Half of them /24s of 198.18.0.0/15, half of them /48s of `2001:db8::/32`.
const PREFIXES: u32 = 1_000;
/// Connections that are open at a time.
const OPEN: usize = 500;
/// Between two packets, so that a second holds 20,000 and two of one connection are 25 ms apart.
const STEP: Duration = Duration::from_micros(50);
/// Segments of one answer, in turn; a connection has a hundred packets in the mean.
const ANSWERS: [u32; 5] = [4, 8, 16, 32, 250];
const SEGMENT: u16 = 1_448;
const REQUEST: u16 = 400;
/// Some time that pcap can express.
const BEGIN: Duration = Duration::from_secs(1_700_000_000);

/// Packets without end, in the order of their time.
pub(crate) struct Traffic {
    now: Duration,
    begun: u32,
    open: VecDeque<Fetch>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            now: BEGIN,
            begun: 0,
            open: VecDeque::new(),
        }
    }
}

impl Iterator for Traffic {
    type Item = (Duration, Frame);

    fn next(&mut self) -> Option<Self::Item> {
        if self.open.len() < OPEN {
            self.open.push_front(Fetch::number(self.begun));
            self.begun = self.begun.wrapping_add(1);
        }
        let mut fetch = self.open.pop_front()?;
        let frame = fetch.speak();
        if !fetch.is_over() {
            self.open.push_back(fetch);
        }
        self.now += STEP;
        Some((self.now, frame))
    }
}

/// One connection: a request, its answer, and a close by both ends.
struct Fetch {
    talk: Conversation,
    answer: u32,
    step: u32,
}

/// Packets before the answer.
const OPENING: u32 = 4;
/// Packets behind it.
const CLOSING: u32 = 3;

impl Fetch {
    fn number(number: u32) -> Self {
        let (local, remote) = ends(number);
        Self {
            talk: Conversation::new(local, remote),
            answer: ANSWERS[number as usize % ANSWERS.len()],
            step: 0,
        }
    }

    fn speak(&mut self) -> Frame {
        let step = self.step;
        self.step += 1;
        match step {
            0 => self.talk.syn(),
            1 => self.talk.syn_ack(),
            2 => self.talk.ack(),
            3 => self.talk.request(REQUEST),
            _ if step < OPENING + self.body() => self.answer(step - OPENING),
            _ if self.step + 2 == self.len() => self.talk.server_fin(),
            _ if self.step + 1 == self.len() => self.talk.client_fin(),
            _ => self.talk.server_ack(),
        }
    }

    /// Two segments of the server, then the client's word that they came.
    fn answer(&mut self, step: u32) -> Frame {
        if step % 3 == 2 {
            self.talk.ack()
        } else {
            self.talk.response_part(SEGMENT)
        }
    }

    const fn body(&self) -> u32 {
        self.answer / 2 * 3
    }

    const fn len(&self) -> u32 {
        OPENING + self.body() + CLOSING
    }

    const fn is_over(&self) -> bool {
        self.step == self.len()
    }
}

/// Neighbours in time go to different prefixes.
fn ends(number: u32) -> (SocketAddr, SocketAddr) {
    let port = 20_000 + u16::try_from(number % 40_000).unwrap_or_default();
    let host = u16::try_from(1 + number / PREFIXES % 250).unwrap_or(1);
    let network = number % PREFIXES / 2;
    if number.is_multiple_of(2) {
        let first = Ipv4Addr::new(198, 18, 0, 0).to_bits();
        let server = Ipv4Addr::from_bits(first + (network << 8) + u32::from(host));
        let client = Ipv4Addr::new(192, 0, 2, 1);
        ((client, port).into(), (server, 443).into())
    } else {
        let network = 0x8000 + u16::try_from(network).unwrap_or_default();
        let server = Ipv6Addr::new(0x2001, 0xdb8, network, 0, 0, 0, 0, host);
        let client = Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1);
        ((client, port).into(), (server, 443).into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use detector::engine::Engine;
    use detector_common::{time::Nanos, tuning::Tuning, verdict::Verdict, wire::link::LinkLayer};

    use super::*;

    #[test]
    fn time_goes_on_and_connections_have_a_hundred_packets_in_the_mean() {
        let mut traffic = Traffic::default();
        let times: Vec<Duration> = (&mut traffic).take(200_000).map(|(at, _)| at).collect();
        assert!(times.is_sorted());
        let over = traffic.begun as usize - traffic.open.len();
        assert!((1_500..2_500).contains(&over), "{over} connections");
    }

    #[test]
    fn connections_go_to_a_thousand_prefixes() {
        let prefixes: HashSet<Vec<u8>> = (0..20_000)
            .map(|number| match ends(number).1 {
                SocketAddr::V4(end) => end.ip().octets()[..3].to_vec(),
                SocketAddr::V6(end) => end.ip().octets()[..6].to_vec(),
            })
            .collect();
        assert_eq!(prefixes.len(), PREFIXES as usize);
    }

    #[test]
    fn no_connection_is_on_the_ports_of_another() {
        let ends: HashSet<_> = (0..40_000).map(ends).collect();
        assert_eq!(ends.len(), 40_000);
    }

    #[test]
    fn every_connection_ends_well() {
        let mut engine = Engine::new(Tuning::default());
        for number in 0..10 {
            let mut fetch = Fetch::number(number);
            let mut verdicts = Vec::new();
            while !fetch.is_over() {
                let frame = fetch.speak();
                let now = Nanos::from_millis(1_000 + 25 * u64::from(fetch.step));
                let link = LinkLayer::Ethernet;
                let judgement = engine.observe(&frame.bytes, link, frame.direction, now);
                verdicts.extend(judgement.map(|it| it.verdict));
            }
            assert_eq!(verdicts, [Verdict::Ok], "connection {number}");
        }
    }
}
