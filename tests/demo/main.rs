//! The demo: a censor blocks a range of addresses, and the detector says so.
//!
//! With root it runs the real binary in the lab, on real packets; without, `--offline` sends
//! scripted frames through the same engine and the same judgement in compressed time.

mod live;
mod offline;
mod scenario;
mod story;
mod timeline;

use std::process::ExitCode;

use clap::Parser;
use detector_tests::privilege;

use self::{scenario::Scenario, timeline::Timeline};

/// A censor blocks a range of addresses, and the detector says so.
#[derive(Parser)]
#[command(name = "cargo xtask demo")]
struct Arguments {
    /// What the censor does
    #[arg(long, value_enum, default_value_t)]
    scenario: Scenario,

    /// Scripted frames in compressed time instead of real packets; needs no root
    #[arg(long)]
    offline: bool,
}

/// The exit code of a missing permission (sysexits.h).
const NO_PERMISSION: u8 = 77;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let timeline = Timeline::new();
    let result = if arguments.offline {
        offline::run(arguments.scenario, &timeline)
    } else if let Some(missing) = privilege::missing() {
        Timeline::fail(&format!(
            "{missing}; `cargo xtask demo --offline` shows the same without it"
        ));
        return NO_PERMISSION.into();
    } else {
        live::run(arguments.scenario, &timeline)
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            Timeline::fail(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
