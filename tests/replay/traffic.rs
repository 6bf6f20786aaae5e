//! The scripted traffic of these tests: a handful of connections that end in different ways.

use std::{net::SocketAddr, time::Duration};

use detector_tests::frames::{Conversation, Frame, Link};

use crate::capture::Packet;

/// What the clock shows when the traffic begins: 2026-01-01, so many hours after 1970.
pub(crate) const BEGIN: Duration = Duration::from_hours(490_896);

/// Connections and what they must come to: our end, the other one, the verdict.
pub(crate) const EXPECTED: [(&str, &str, &str); 6] = [
    ("192.168.7.2:40001", "198.18.0.1:443", "ok"),
    ("192.168.7.2:40002", "198.18.1.1:443", "syn_timeout"),
    ("192.168.7.2:40003", "198.18.2.1:443", "incomplete"),
    ("[fd00::2]:40004", "[2001:db8:8000::1]:443", "ok"),
    ("192.168.7.2:40005", "198.18.3.1:443", "ok"),
    ("192.168.7.2:40005", "198.18.3.1:443", "syn_timeout"),
];

/// The traffic of [`EXPECTED`], in order of time.
pub(crate) fn packets() -> Vec<Packet> {
    let mut packets = [
        exchange(&mut talk(EXPECTED[0]), 0),
        unanswered(&mut talk(EXPECTED[1]), 100),
        exchange(&mut talk(EXPECTED[2]), 200).split_off(3),
        exchange(&mut talk(EXPECTED[3]), 300),
        exchange(&mut talk(EXPECTED[4]), 400),
        again(&mut talk(EXPECTED[5]), 20_000),
    ]
    .concat();
    packets.sort_by_key(|packet| packet.at);
    packets
}

pub(crate) fn talk((local, remote, _): (&str, &str, &str)) -> Conversation {
    let [local, remote]: [SocketAddr; 2] =
        [local, remote].map(|end| end.parse().expect("an address and a port"));
    let mut talk = Conversation::new(local, remote);
    talk.envelope.link = Link::IP;
    talk
}

/// Handshake, request, response, FIN: ten milliseconds apart.
pub(crate) fn exchange(talk: &mut Conversation, begin: u64) -> Vec<Packet> {
    let frames = [
        talk.syn(),
        talk.syn_ack(),
        talk.ack(),
        talk.request(300),
        talk.response(1_400),
        talk.ack(),
        talk.client_fin(),
        talk.server_fin(),
    ];
    timed(frames, begin, 10)
}

/// A SYN again and again.
pub(crate) fn unanswered(talk: &mut Conversation, begin: u64) -> Vec<Packet> {
    timed([(); 5].map(|()| talk.syn()), begin, 1_000)
}

/// The same ports with other numbers, and nobody answers any more.
fn again(talk: &mut Conversation, begin: u64) -> Vec<Packet> {
    talk.reopen(77_000_000, 88_000_000);
    unanswered(talk, begin)
}

fn timed(frames: impl IntoIterator<Item = Frame>, begin: u64, apart: u64) -> Vec<Packet> {
    let times = (0..).map(|index| BEGIN + Duration::from_millis(begin + index * apart));
    let packets = times.zip(frames).map(|(at, frame)| Packet {
        at,
        bytes: frame.packet().to_vec(),
    });
    packets.collect()
}
