//! Frames that end too early, or say something else about their length than the truth.

use anyhow::Result;
use detector_tests::frames::Frame;

use crate::{
    family::Family,
    scene::Scene,
    wrapping::{one_of_each, patched},
};

pub(crate) fn every_frame_cut_off_at_every_length(scene: &mut Scene) -> Result<()> {
    for frame in one_of_each(scene) {
        for len in 0..=frame.bytes.len() {
            let bytes = frame.bytes.iter().copied().take(len).collect();
            scene.see(&frame.with_bytes(bytes))?;
        }
    }
    Ok(())
}

pub(crate) fn every_length_field_lying(scene: &mut Scene) -> Result<()> {
    for frame in one_of_each(scene) {
        for lie in lies(&frame, scene.family) {
            scene.see(&lie)?;
        }
    }
    Ok(())
}

pub(crate) fn every_byte_of_the_headers_at_its_extremes(scene: &mut Scene) -> Result<()> {
    for frame in one_of_each(scene) {
        for at in 0..frame.bytes.len().min(120) {
            for value in [0, 0x45, 0x60, 0xff] {
                scene.see(&patched(&frame, at, &[value]))?;
            }
        }
    }
    Ok(())
}

/// Header lengths in words, then lengths in bytes.
fn lies(frame: &Frame, family: Family) -> Vec<Frame> {
    let (len_at, transport_at) = match family {
        Family::V4 => (2, 20),
        Family::V6 => (4, 40),
    };
    let ip = frame.network_at;
    let nibbles = (0..16_u8).flat_map(|words| {
        [
            patched(frame, ip, &[0x40 | words]),
            patched(frame, ip + transport_at + 12, &[words << 4]),
        ]
    });
    let lengths = [0, 1, 7, 8, 19, 20, 21, 39, 40, 41, 60, 0xffff_u16];
    let lengths = lengths.into_iter().flat_map(|len| {
        let len = len.to_be_bytes();
        [
            patched(frame, ip + len_at, &len),
            // Of UDP.
            patched(frame, ip + transport_at + 4, &len),
        ]
    });
    nibbles.chain(lengths).collect()
}
