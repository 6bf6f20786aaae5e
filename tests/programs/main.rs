//! What a packet costs in the kernel: the programs over packets of every kind, and over few and many connections,
//! beside a program that does nothing and one that only parses; what reading their counters costs; and what they take.
//! Tells it as tables or as JSON. No packet leaves the machine.

mod clock;
mod course;
mod packets;
mod reading;
mod resources;
mod turns;

use std::io::{self, Write as _};

use anyhow::{Result, bail};
use clap::Parser;
use detector_tests::privilege;
use serde_json::json;

use crate::{packets::Packets, reading::Readings, resources::Resources, turns::Turns};

/// Measure the programs in the kernel
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench programs")]
struct Arguments {
    /// One JSON object instead of tables
    #[arg(long)]
    json: bool,

    /// Numbers of connections, powers of two
    #[arg(long, value_delimiter = ',', default_value = "1,8192,65536,1048576")]
    flows: Vec<u32>,

    /// How often everything is measured
    #[arg(long, default_value_t = 5)]
    rounds: u32,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(missing) = privilege::missing() {
        bail!("{missing}; run it as root");
    }
    let resources = Resources::measure()?;
    let packets = Packets::measure(&arguments.flows, arguments.rounds)?;
    let readings = Readings::measure(arguments.rounds)?;
    let turns = Turns::measure(arguments.rounds)?;
    let told = if arguments.json {
        json!({
            "benchmark": "programs",
            "packets": packets.json(),
            "reading": readings.json(),
            "turns": turns.json(),
            "resources": resources.json(),
        })
        .to_string()
    } else {
        [
            packets.table(),
            readings.table(),
            turns.table(),
            resources.table(),
        ]
        .join("\n")
    };
    writeln!(io::stdout(), "{}", told.trim_end())?;
    Ok(())
}

/// Tells whoever waits how far it is.
fn step(text: &str) {
    // Whoever closed the terminal does not want to hear about it.
    let _closed = writeln!(io::stderr(), "bench programs: {text}");
}
