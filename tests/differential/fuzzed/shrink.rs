//! The least of a sequence after which kernel and host still differ.

use std::fmt::Write as _;

use anyhow::Result;
use detector_common::time::Nanos;
use detector_tests::frames::Frame;

use crate::pair::Pair;

/// Leaves out what it can, half of all at a time and then ever less, and shows what remains. Each try takes a pair.
pub(super) fn shrink(differing: &Pair, mut sequence: Vec<(Frame, Nanos)>) -> Result<String> {
    if !differs(differing, &sequence)? {
        return Ok("no difference when played alone, so it takes an earlier sequence".to_owned());
    }
    let mut len = sequence.len() / 2;
    while len > 0 {
        let mut start = 0;
        while start < sequence.len() {
            let mut fewer = sequence.clone();
            fewer.drain(start..(start + len).min(sequence.len()));
            if differs(differing, &fewer)? {
                sequence = fewer;
            } else {
                start += len;
            }
        }
        len /= 2;
    }
    Ok(shown(differing, &sequence))
}

fn differs(differing: &Pair, sequence: &[(Frame, Nanos)]) -> Result<bool> {
    let mut pair = Pair::load(differing.venue, differing.tuning)?;
    let played = pair.play(sequence).and_then(|()| pair.compare());
    Ok(played.is_err())
}

fn shown(differing: &Pair, sequence: &[(Frame, Nanos)]) -> String {
    let mut text = format!("{:?}, {:?}\n", differing.venue, differing.tuning);
    for (frame, now) in sequence {
        // Writing to a string does not fail.
        writeln!(
            text,
            "{:?} at {} ns, {} bytes {:02x?}",
            frame.direction,
            now.0,
            frame.bytes.len(),
            frame.bytes
        )
        .ok();
    }
    text
}
