//! `detector replay`: captures instead of hooks, the capture's clock instead of ours.
//!
//! The engine, the watch and the events are the daemon's. Owns which side is ours, when a
//! connection is over, and the passing of captured time. Must not know: how a verdict comes about.

mod book;
mod connections;
mod driver;
mod in_kernel;
mod progress;
mod side;
mod subject;
mod tally;
mod ticks;

use std::io::{self, IsTerminal as _, Write};

use detector_common::tuning::Tuning;

use self::{
    driver::Driver, in_kernel::InKernel, progress::Progress, side::Sides, subject::Subject,
};
use crate::{
    capture::{Capture, Merged},
    cli::ReplayArgs,
    config::{Config, Settings},
    engine::Engine,
    failure::Failure,
    logging,
    sink::{Delivery, Lines},
};

/// Replays the captures that `args` names to stdout.
///
/// # Errors
/// [`Failure`] names the capture that is none, or what keeps the kernel from taking part.
pub fn run(args: &ReplayArgs) -> Result<(), Failure> {
    logging::init(io::stderr().is_terminal());
    let settings = Settings::load(&Config::of(&args.config)?)?;
    let progress = Progress::over(&args.files);
    let captures = args
        .files
        .iter()
        .map(|path| progress.open(path))
        .collect::<Result<Vec<_>, _>>()?;
    let mut lines = Lines::new(io::stdout().lock());
    let tuning = Tuning::default();
    if args.in_kernel {
        let kernel = InKernel::load(tuning, progress.bytes())?;
        replay(captures, kernel, settings, args, &mut lines)
    } else {
        replay(captures, Engine::new(tuning), settings, args, &mut lines)
    }
}

/// Nobody reading any more ends it quietly.
fn replay(
    captures: Vec<Capture<'_>>,
    subject: impl Subject,
    settings: Settings,
    args: &ReplayArgs,
    lines: &mut Lines<impl Write>,
) -> Result<(), Failure> {
    let sides = Sides::new(&args.local);
    let mut driver = Driver::new(subject, sides, Tuning::default(), args.flows, settings);
    let mut merged = Merged::new(captures);
    while let Some(record) = merged.advance() {
        if driver.observe(record, lines)? == Delivery::Closed {
            return Ok(());
        }
    }
    driver.finish(lines).map(|_delivery| ())
}
