//! Makes up one frame after another.

use std::net::SocketAddr;

use detector_common::{flow::Direction, time::Nanos, wire::link::LinkLayer};
use detector_tests::{
    frames::{Conversation, Extension, Frame, Link},
    script::Dice,
};

use crate::{family::Family, moves::Move};

const TAGS: [&[u16]; 4] = [&[], &[0x8100], &[0x88a8, 0x8100], &[0x8100, 0x8100, 0x8100]];
/// From the same instant to beyond every window that the engine knows.
const PAUSES: [Nanos; 16] = [
    Nanos(0),
    Nanos(1_000),
    Nanos::from_millis(2),
    Nanos::from_millis(9),
    Nanos::from_millis(20),
    Nanos::from_millis(20),
    Nanos::from_millis(50),
    Nanos::from_millis(50),
    Nanos::from_millis(120),
    Nanos::from_millis(300),
    Nanos::from_millis(700),
    Nanos::from_secs(1),
    Nanos::from_secs(3),
    Nanos::from_secs(6),
    Nanos::from_secs(31),
    Nanos::from_secs(121),
];
const TALKS: u8 = 5;
/// When a sequence begins.
pub(crate) const BEGIN: Nanos = Nanos::from_secs(1_000);

/// A connection, and where its story has got to.
struct Act {
    talk: Conversation,
    story: std::slice::Iter<'static, Move>,
}

/// A few connections at different points of their lives.
pub(crate) struct Improviser {
    dice: Dice,
    acts: Vec<Act>,
    /// Whose turn it is.
    turn: usize,
    now: Nanos,
    quote: Vec<u8>,
}

impl Improviser {
    pub(crate) fn new(seed: u64, link: LinkLayer) -> Self {
        let mut dice = Dice::new(seed);
        let acts = (0..TALKS)
            .map(|number| Act {
                talk: conversation(&mut dice, number, seed, link),
                story: dice.pick(&Move::STORIES).iter(),
            })
            .collect();
        Self {
            dice,
            acts,
            turn: 0,
            now: BEGIN,
            quote: Vec::new(),
        }
    }

    /// The next frame, and when it passes.
    pub(crate) fn next(&mut self) -> (Frame, Nanos) {
        let pause = self.dice.pick(&PAUSES);
        self.now.0 += pause.0;
        let mut frame = self.frame();
        self.quote = frame.packet().to_vec();
        if self.dice.one_in(12) {
            self.spoil(&mut frame.bytes);
        }
        if self.dice.one_in(20) {
            frame.direction = Direction::In;
        }
        let backwards = if self.dice.one_in(10) { 1_500_000 } else { 0 };
        (frame, Nanos(self.now.0 - backwards))
    }

    /// Mostly what comes next in the story of the connection whose turn it is; sometimes anything.
    fn frame(&mut self) -> Frame {
        if self.dice.one_in(6) {
            self.turn = usize::from(self.dice.below(TALKS));
        }
        let Act { talk, story } = &mut self.acts[self.turn];
        let told = if self.dice.one_in(6) {
            None
        } else {
            story.next().copied()
        };
        let chosen = told.unwrap_or_else(|| {
            if story.as_slice().is_empty() {
                *story = self.dice.pick(&Move::STORIES).iter();
                talk.reopen(self.dice.roll(), self.dice.roll());
            }
            self.dice.pick(&Move::ALL)
        });
        chosen.play(talk, &mut self.dice, &self.quote)
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

/// Two hosts of a network of the sequence's own, and ports of which some are shared.
fn conversation(dice: &mut Dice, number: u8, seed: u64, link: LinkLayer) -> Conversation {
    let [.., network] = seed.to_be_bytes();
    let family = if number.is_multiple_of(2) {
        Family::V4
    } else {
        Family::V6
    };
    let (local, remote) = (family.local(), family.remote(network, 1 + dice.below(2)));
    let local_port = 40_000 + u16::from(dice.below(2));
    let mut talk = Conversation::new(
        SocketAddr::new(local, local_port),
        SocketAddr::new(remote, 443),
    );
    // Several, or the uplink would seem to level them.
    talk.server.ttl = dice.pick(&[52, 52, 60]);
    talk.server.identification = dice.pick(&[0, 40_000, 40_000]);
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
