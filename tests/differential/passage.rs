//! With the detector and without: the same frames arrive at the other end of a wire, both ways, byte for byte and in
//! order, good ones and such as nobody would send.

mod wire;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use detector_common::flow::Direction;
use detector_tests::{Detector, long::so_many, measured, program};
use nix::sys::signal::Signal;

use self::wire::{Arrived, NEAR, Wire};

const NAME: &str = "the_same_frames_arrive_with_the_detector_and_without";
const SHORT: u64 = 50_000;
const LONG: u64 = 1_000_000;
const PATIENCE: Duration = Duration::from_mins(1);

/// Ways to watch, by the options that ask for them.
const WAYS: [&[&str]; 3] = [
    &["--mode", "native"],
    &["--mode", "generic"],
    &["--ingress", "tc"],
];

pub(crate) fn the_same_frames_arrive_with_the_detector_and_without() -> Result<()> {
    let frames = so_many(SHORT, LONG);
    let begin = Instant::now();
    let wire = Wire::new()?;
    let alone = both_ways(&wire, frames)?;
    for arrived in alone {
        ensure!(
            arrived.frames == frames,
            "lost without any detector: {arrived:?}"
        );
    }
    for way in WAYS {
        let watched = watched(&wire, way, frames).with_context(|| way.join(" "))?;
        ensure!(
            watched == alone,
            "{}: {watched:?}, not {alone:?}",
            way.join(" ")
        );
    }
    let took = begin.elapsed().as_secs_f64();
    measured(
        NAME,
        format_args!(
            "0 of {frames} frames lost or changed in each direction, native, generic and by TC, in {took:.0} s"
        ),
    );
    Ok(())
}

fn both_ways(wire: &Wire, frames: u64) -> Result<[Arrived; 2]> {
    Ok([
        wire.carry(Direction::In, frames)?,
        wire.carry(Direction::Out, frames)?,
    ])
}

/// The same beside a detector, which must have seen every frame.
fn watched(wire: &Wire, way: &[&str], frames: u64) -> Result<[Arrived; 2]> {
    let arguments = [&["run", "--wan", NEAR], way].concat();
    let detector = Detector::start(&wire.near, &program::detector()?, &arguments)?;
    detector.attached(PATIENCE)?;
    let arrived = both_ways(wire, frames)?;
    let sent = frames + Wire::markers(frames);
    ensure_seen(&detector, sent)?;
    detector.signal(Signal::SIGTERM)?;
    let status = detector.exit(PATIENCE)?;
    ensure!(status.success(), "it ended with {status}");
    Ok(arrived)
}

/// Its next status, or one after that, counts as many packets each way.
fn ensure_seen(detector: &Detector, sent: u64) -> Result<()> {
    let begin = Instant::now();
    for status in detector.statuses()? {
        let status = status?;
        let seen = ["packets_in", "packets_out"].map(|key| status[key].as_u64());
        if seen == [Some(sent); 2] {
            return Ok(());
        }
        ensure!(begin.elapsed() < PATIENCE, "seen {seen:?} of {sent}");
    }
    bail!("the detector is gone")
}
