//! One sequence of frames, and when each passes.

use detector_common::{flow::Direction, time::Nanos, wire::link::LinkLayer};
use detector_tests::{
    frames::{Frame, change, mutate},
    script::Dice,
};

use crate::improviser::{BEGIN, Improviser};

const FRAMES: usize = 64;
const HOUR: Nanos = Nanos::from_secs(3_600);

/// How the clock goes.
#[derive(Clone, Copy, Debug)]
enum Clock {
    /// As it should, from some instant on.
    From(Nanos),
    /// Not at all.
    Still,
    /// To and fro.
    Wild,
}

use Clock::{From, Still, Wild};

/// The machine was just started, a day ago, some seconds before the low half wraps, or before all of it does.
const CLOCKS: [Clock; 10] = [
    From(BEGIN),
    From(BEGIN),
    From(BEGIN),
    From(BEGIN),
    From(Nanos(0)),
    From(Nanos::from_secs(86_400)),
    From(Nanos((1 << 32) - 2_000_000_000)),
    From(Nanos(u64::MAX - 60_000_000_000)),
    Still,
    Wild,
];
const INSTANTS: [Nanos; 7] = [
    Nanos(0),
    Nanos(1),
    BEGIN,
    Nanos(BEGIN.0 + 3_000_000_000),
    Nanos(BEGIN.0 + HOUR.0),
    Nanos(1 << 63),
    Nanos(u64::MAX),
];

/// The sequence of this number.
pub(super) fn course(seed: u64, link: LinkLayer) -> Vec<(Frame, Nanos)> {
    let mut improviser = Improviser::new(seed, link);
    let mut dice = Dice::new(!seed);
    let clock = dice.pick(&CLOCKS);
    let mut sequence: Vec<(Frame, Nanos)> = Vec::new();
    for _ in 0..FRAMES {
        let (mut frame, now) = improviser.next();
        if !sequence.is_empty() && dice.one_in(12) {
            let earlier = dice.roll() as usize % sequence.len();
            frame = sequence[earlier].0.clone();
        }
        distort(&mut frame, &mut dice);
        sequence.push((frame, clock.at(now, &mut dice)));
    }
    sequence
}

/// Leaves most frames as they were meant, or nothing would come of any.
fn distort(frame: &mut Frame, dice: &mut Dice) {
    match dice.below(20) {
        0..=4 => change(frame, dice),
        5 => mutate(frame, dice),
        6 => {
            frame.direction = match frame.direction {
                Direction::In => Direction::Out,
                Direction::Out => Direction::In,
            }
        }
        _ => {}
    }
}

impl Clock {
    const fn at(self, now: Nanos, dice: &mut Dice) -> Nanos {
        match self {
            From(begin) => Nanos(now.0.wrapping_sub(BEGIN.0).wrapping_add(begin.0)),
            Still => BEGIN,
            Wild => INSTANTS[dice.roll() as usize % INSTANTS.len()],
        }
    }
}
