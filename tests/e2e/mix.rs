//! The packets of many connections that are long settled, and of some that come and go: built before anything is
//! measured, and sent by somebody else.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use detector_tests::frames::{Conversation, Frame};
use ipnet::Ipv4Net;

/// Where clients are, as servers see it; no interface has such an address.
pub(crate) const CLIENTS: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 2, 0), 24);
const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
/// The first of the servers' networks, a /15.
const SERVERS: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 0);
/// Connections that are open.
pub(crate) const FLOWS: u32 = 65_536;
/// Networks of 256 addresses that they go to, half of them in the lower /16.
const PREFIXES: u32 = 512;
/// Connections to one destination.
const TO_ONE: u32 = 2;
/// One in so many ends in the course of the mix and begins anew.
const RESTLESS: u32 = 16;
/// Packets of each connection in the mix.
const STEPS: u32 = 8;
const REQUEST: u16 = 400;
/// Short, so that what copies packets has little to copy.
const SEGMENT: u16 = 300;

/// What is sent to a gateway that has seen nothing yet, and then while it is measured.
pub(crate) struct Mix {
    /// Handshake, request and the begin of an answer; most clients then say that they are done, and go on listening.
    pub(crate) opening: Vec<Frame>,
    /// Data and acknowledgements of settled connections; among a thousand packets, eight SYNs and eight resets.
    pub(crate) steady: Vec<Frame>,
}

impl Mix {
    /// Of so many connections, [`FLOWS`] at most.
    pub(crate) fn of(flows: u32) -> Self {
        let mut talks: Vec<Conversation> = (0..flows).map(conversation).collect();
        Self {
            opening: opening(&mut talks),
            steady: take_turns(&mut talks, STEPS, |flow, talk, step| {
                if flow.is_multiple_of(RESTLESS) {
                    begin_anew(talk, step)
                } else {
                    go_on(talk, step)
                }
            }),
        }
    }
}

/// The opening of connections to one /24 after another, from the lowest on.
pub(crate) fn opening_of(prefixes: u32) -> Vec<Frame> {
    let flows = (0..FLOWS).filter(|flow| network(*flow) < prefixes);
    opening(&mut flows.map(conversation).collect::<Vec<_>>())
}

/// The opening of connections to the 65,536 /48s of `2001:db8::/32`, one to each.
pub(crate) fn opening_everywhere() -> Vec<Frame> {
    let client = Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 1);
    let mut talks: Vec<Conversation> = (0..=u16::MAX)
        .map(|number| Ipv6Addr::new(0x2001, 0xdb8, number, 0, 0, 0, 0, 1))
        .map(|server| Conversation::new((client, 40_000).into(), (server, 443).into()))
        .collect();
    opening(&mut talks)
}

/// SYNs to so many destinations of the upper /16, of which none was ever heard of.
pub(crate) fn scan(destinations: u32) -> Vec<Frame> {
    let hosts = 1 << 16;
    (0..destinations)
        .map(|number| {
            let address = SERVERS.to_bits() + hosts + number % hosts;
            let port = 1 + u16::try_from(number / hosts).unwrap_or(u16::MAX);
            let remote = (Ipv4Addr::from_bits(address), port).into();
            Conversation::new((CLIENT, 40_000).into(), remote).syn()
        })
        .collect()
}

fn opening(talks: &mut [Conversation]) -> Vec<Frame> {
    take_turns(talks, 6, |flow, talk, step| match step {
        0 => talk.syn(),
        1 => talk.syn_ack(),
        3 => talk.request(REQUEST),
        4 => talk.response_part(SEGMENT),
        5 if !flow.is_multiple_of(RESTLESS) => talk.client_fin(),
        _ => talk.ack(),
    })
}

fn go_on(talk: &mut Conversation, step: u32) -> Frame {
    match step {
        2 | 5 | 6 => talk.ack(),
        _ => talk.response_part(SEGMENT),
    }
}

fn begin_anew(talk: &mut Conversation, step: u32) -> Frame {
    match step {
        0 => {
            let reset = talk.client_reset();
            talk.reopen(5_000_000, 7_000_000);
            reset
        }
        1 => talk.syn(),
        2 => talk.syn_ack(),
        3 | 6 => talk.ack(),
        4 => talk.request(REQUEST),
        _ => talk.response_part(SEGMENT),
    }
}

/// One packet of each connection, and again: whoever remembers connections meets each as rarely as can be.
fn take_turns(
    talks: &mut [Conversation],
    steps: u32,
    speak: impl Fn(u32, &mut Conversation, u32) -> Frame,
) -> Vec<Frame> {
    let mut frames = Vec::new();
    for step in 0..steps {
        let numbered = (0..).zip(talks.iter_mut());
        frames.extend(numbered.map(|(flow, talk)| speak(flow, talk, step)));
    }
    frames
}

fn conversation(flow: u32) -> Conversation {
    let destination = flow / TO_ONE;
    let host = 1 + destination / PREFIXES;
    let server = SERVERS.to_bits() + (network(flow) << 8) + host;
    let port = 20_000 + u16::try_from(flow % 40_000).unwrap_or_default();
    Conversation::new(
        (CLIENT, port).into(),
        SocketAddr::from((Ipv4Addr::from_bits(server), 443)),
    )
}

const fn network(flow: u32) -> u32 {
    flow / TO_ONE % PREFIXES
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use detector::engine::Engine;
    use detector_common::{time::Nanos, tuning::Tuning, verdict::Verdict, wire::link::LinkLayer};

    use super::*;

    /// Of the TCP header behind Ethernet and IPv4 without options.
    fn flags(frame: &Frame) -> u8 {
        frame.bytes[47]
    }

    #[test]
    fn no_connection_is_on_the_ports_of_another() {
        let syns = (0..FLOWS).map(|flow| conversation(flow).syn());
        let ends: HashSet<_> = syns.map(|it| it.bytes[26..38].to_vec()).collect();
        assert_eq!(ends.len(), FLOWS as usize);
    }

    #[test]
    fn eight_in_a_thousand_begin_and_as_many_are_reset() {
        let steady = Mix::of(1_024).steady;
        let count = |wanted| steady.iter().filter(|it| flags(it) == wanted).count();
        assert_eq!((count(0x02), count(0x04), steady.len()), (64, 64, 8_192));
    }

    #[test]
    fn nothing_in_it_is_a_failure() {
        let Mix { opening, steady } = Mix::of(64);
        let mut engine = Engine::new(Tuning::default());
        let mut verdicts = Vec::new();
        for (number, frame) in (1_000..).zip(opening.iter().chain(&steady)) {
            let (link, now) = (LinkLayer::Ethernet, Nanos::from_millis(number));
            let judgement = engine.observe(&frame.bytes, link, frame.direction, now);
            verdicts.extend(judgement.map(|it| it.verdict));
        }
        let is_fine = |it: &Verdict| matches!(it, Verdict::Ok | Verdict::ClientAborted);
        assert!(verdicts.contains(&Verdict::Ok), "{verdicts:?}");
        assert!(verdicts.iter().all(is_fine), "{verdicts:?}");
    }

    #[test]
    fn a_scan_asks_nobody_twice_and_nobody_who_is_tracked() {
        let networks = |frames: &[Frame]| -> HashSet<_> {
            frames.iter().map(|it| it.bytes[30..32].to_vec()).collect()
        };
        let scan = scan(70_000);
        let asked: HashSet<_> = scan.iter().map(|it| it.bytes[30..38].to_vec()).collect();
        assert_eq!(asked.len(), 70_000);
        assert_eq!(networks(&scan), HashSet::from([vec![198, 19]]));
        assert_eq!(
            networks(&opening_of(4)),
            HashSet::from([vec![192, 0], vec![198, 18]])
        );
    }
}
