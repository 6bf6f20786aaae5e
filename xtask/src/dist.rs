//! The package: the detector as it is shipped, and beside it what `tests/papers` writes out of its definitions.
//!
//! xtask does not depend on the detector, or every task would build it first: it runs a program that does, as the demo
//! and the simulation are run. What goes where is the list of assets in detector/Cargo.toml.

mod check;
mod installer;
mod origin;
mod package;

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use self::origin::Origin;
use crate::{say, setup};

/// What to do beside building the package.
#[derive(Args, Debug, PartialEq)]
pub(crate) struct Options {
    /// Build it twice and compare, and run what tests/package asks of it (root for all of it; some minutes)
    #[arg(long)]
    check: bool,
}

pub(crate) fn dist(options: &Options) -> Result<ExitCode> {
    setup::setup()?;
    installer::ensure()?;
    let origin = Origin::of_these_sources()?;
    let package = package::build(&origin)?;
    say::result(&package.to_string());
    if options.check {
        return check::check(&package, &origin);
    }
    Ok(ExitCode::SUCCESS)
}
