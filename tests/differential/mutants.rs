//! An endless stream of what a few connections say, and of what chance makes of it.

use detector_common::{time::Nanos, wire::link::LinkLayer};
use detector_tests::{
    frames::{Frame, mutate},
    script::Dice,
};

use crate::improviser::Improviser;

/// How often a frame comes: once as it was meant, and then changed.
const TURNS: u64 = 8;
/// Frames of one story; the next begins with other hosts.
const STORY: u64 = 40;

/// The stream.
pub(crate) struct Mutants {
    link: LinkLayer,
    seed: u64,
    improviser: Improviser,
    dice: Dice,
    original: Frame,
    frame: Frame,
    now: Nanos,
    turn: u64,
}

impl Mutants {
    pub(crate) fn new(seed: u64, link: LinkLayer) -> Self {
        let mut improviser = Improviser::new(seed, link);
        let (frame, now) = improviser.next();
        Self {
            link,
            seed,
            improviser,
            dice: Dice::new(seed),
            original: frame.clone(),
            frame,
            now,
            turn: 0,
        }
    }

    /// The next one that is wanted, and when it passes.
    pub(crate) fn next_that(&mut self, is_wanted: impl Fn(&Frame) -> bool) -> (&Frame, Nanos) {
        loop {
            self.advance();
            if is_wanted(&self.frame) {
                return (&self.frame, self.now);
            }
        }
    }

    fn advance(&mut self) {
        if self.turn.is_multiple_of(TURNS * STORY) {
            self.improviser = Improviser::new(self.seed.wrapping_add(self.turn), self.link);
        }
        let is_as_meant = self.turn.is_multiple_of(TURNS);
        if is_as_meant {
            (self.original, self.now) = self.improviser.next();
        }
        self.frame.clone_from(&self.original);
        if !is_as_meant {
            mutate(&mut self.frame, &mut self.dice);
        }
        self.turn += 1;
    }
}
