//! Makes up one frame after another.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use detector_common::{flow::Direction, time::Nanos, wire::link::LinkLayer};
use detector_tests::{
    frames::{Conversation, Extension, Frame, Link, Look, datagram},
    script::Dice,
};

use crate::wrapping::unreachable;

const TAGS: [&[u16]; 4] = [&[], &[0x8100], &[0x88a8, 0x8100], &[0x8100, 0x8100, 0x8100]];
/// From the same instant to beyond every window that the engine knows.
const PAUSES: [Nanos; 10] = [
    Nanos(0),
    Nanos(1_000),
    Nanos::from_millis(2),
    Nanos::from_millis(9),
    Nanos::from_millis(50),
    Nanos::from_millis(300),
    Nanos::from_secs(1),
    Nanos::from_secs(3),
    Nanos::from_secs(31),
    Nanos::from_secs(121),
];
const TALKS: u8 = 5;

/// A few connections at different points of their lives.
pub(crate) struct Improviser {
    dice: Dice,
    talks: Vec<Conversation>,
    now: Nanos,
    quote: Vec<u8>,
}

impl Improviser {
    pub(crate) fn new(seed: u64, link: LinkLayer) -> Self {
        let mut dice = Dice::new(seed);
        let talks = (0..TALKS)
            .map(|number| conversation(&mut dice, number, seed, link))
            .collect();
        Self {
            dice,
            talks,
            now: Nanos::from_secs(1_000),
            quote: Vec::new(),
        }
    }

    /// The next frame, and when it passes.
    pub(crate) fn next(&mut self) -> (Frame, Nanos) {
        let pause = self.dice.pick(&PAUSES);
        self.now.0 += pause.0;
        let mut frame = self.frame();
        self.quote = frame.packet().to_vec();
        if self.dice.one_in(5) {
            self.spoil(&mut frame.bytes);
        }
        if self.dice.one_in(20) {
            frame.direction = Direction::In;
        }
        let backwards = if self.dice.one_in(10) { 1_500_000 } else { 0 };
        (frame, Nanos(self.now.0 - backwards))
    }

    fn frame(&mut self) -> Frame {
        let dice = &mut self.dice;
        let len = dice.pick(&[1, 20, 300, 1_448]);
        let forger = look(dice);
        let kind = dice.pick(&[(3, 1), (3, 13), (11, 0), (1, 1), (8, 0)]);
        let isns = (dice.roll(), dice.roll());
        let choice = dice.below(22);
        let index = usize::from(dice.below(TALKS));
        let talk = &mut self.talks[index];
        let (local, remote) = talk.ends();
        match choice {
            0..=3 => talk.syn(),
            4..=6 => talk.syn_ack(),
            7 => talk.ack(),
            8..=9 => talk.request(len),
            10 => talk.request_again(len),
            11..=12 => talk.response(len),
            13 => talk.client_fin(),
            14 => talk.server_fin(),
            15 => talk.client_reset(),
            16 => talk.server_reset(),
            17..=18 => talk.forged_reset(forger),
            19 => {
                talk.reopen(isns.0, isns.1);
                talk.syn()
            }
            20 => datagram(
                &talk.envelope,
                (local, 40_000).into(),
                (remote, 443).into(),
                b"hello",
            ),
            _ => unreachable(talk, kind, &self.quote),
        }
    }

    /// Changes a few bytes of the headers, or cuts the frame off.
    fn spoil(&mut self, bytes: &mut Vec<u8>) {
        if self.dice.one_in(4) {
            bytes.truncate(usize::from(self.dice.below(100)));
        }
        for _ in 0..=self.dice.below(2) {
            let at = usize::from(self.dice.below(100));
            let value = self.dice.byte();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
    }
}

fn look(dice: &mut Dice) -> Look {
    Look {
        ttl: dice.pick(&[50, 51, 52, 53, 54, 101]),
        window: dice.pick(&[0, 0, 8_192]),
        dont_fragment: dice.one_in(2),
        identification: 7,
    }
}

/// Two hosts of a network of the sequence's own, and ports of which some are shared.
fn conversation(dice: &mut Dice, number: u8, seed: u64, link: LinkLayer) -> Conversation {
    let [.., network] = seed.to_be_bytes();
    let host = 1 + dice.below(2);
    let (local, remote) = if number.is_multiple_of(2) {
        (
            IpAddr::V4(Ipv4Addr::new(203, 0, 113, 2)),
            IpAddr::V4(Ipv4Addr::new(198, 18, network, host)),
        )
    } else {
        let network = 0x8000 + u16::from(network);
        (
            IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 2, 0, 0, 0, 0, 2)),
            IpAddr::V6(Ipv6Addr::new(
                0x2001,
                0xdb8,
                network,
                0,
                0,
                0,
                0,
                host.into(),
            )),
        )
    };
    let local_port = 40_000 + u16::from(dice.below(2));
    let mut talk = Conversation::new(
        SocketAddr::new(local, local_port),
        SocketAddr::new(remote, 443),
    );
    talk.envelope.link = match link {
        LinkLayer::Ip | LinkLayer::Captured(_) => Link::IP,
        LinkLayer::Ethernet if dice.one_in(4) => Link::tagged(dice.pick(&TAGS)).with_pppoe(),
        LinkLayer::Ethernet => Link::tagged(dice.pick(&TAGS)),
    };
    if dice.one_in(4) {
        talk.envelope.options = [1; 12].into();
        talk.envelope.extensions = vec![Extension::DestinationOptions; dice.below(8).into()];
    }
    talk
}
