//! Plays a gateway in compressed time and tells how the shipped judge did, as tables or as JSON.

mod delay;
mod false_alerts;
mod statistics;
mod wide;

use std::io::{self, Write as _};

use clap::Parser;
use detector_tests::simulation::World;
use serde_json::json;

use false_alerts::FalseAlerts;

/// Play a gateway in compressed time: false alerts, detection delays, very wide blocks
#[derive(Debug, Parser)]
#[command(name = "cargo xtask simulate")]
struct Arguments {
    /// Days of each seed without a block
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    days: u32,
    /// Seeds of the days without a block; blocks and ranges have seeds of their own
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    seeds: u32,
    /// Connections an hour, in the mean of a day
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..))]
    connections_per_hour: u32,
    /// Blocks of each kind that are waited for
    #[arg(long, default_value_t = 30)]
    episodes: u32,
    /// One JSON object with every false alert instead of tables
    #[arg(long)]
    json: bool,
}

impl Arguments {
    const fn world(&self) -> World {
        World {
            connections_per_hour: self.connections_per_hour,
            ..World::DEFAULT
        }
    }
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let false_alerts = FalseAlerts::measure(&arguments);
    let delays = delay::measure(&arguments);
    let wide = wide::measure();
    let told = if arguments.json {
        json!({
            "days": arguments.days,
            "seeds": arguments.seeds,
            "connections_per_hour": arguments.connections_per_hour,
            "false_alerts": false_alerts.json(),
            "delays": delay::json(&delays),
            "wide": wide.json(),
        })
        .to_string()
    } else {
        [false_alerts.table(), delay::table(&delays), wide.table()].join("\n")
    };
    writeln!(io::stdout(), "{}", told.trim_end())
}

/// Tells whoever waits how far it is.
fn step(text: &str) {
    // Whoever closed the terminal does not want to hear about it.
    let _closed = writeln!(io::stderr(), "simulate: {text}");
}
