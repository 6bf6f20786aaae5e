//! Measures what watching costs a gateway from end to end: two namespaces, packets between them, and one watcher after
//! the other on the gateway's interface. Tells it as tables or as JSON.

mod connections;
mod cost;
mod ground;
mod meter;
mod mix;
mod resident;
mod scan;
mod throughput;
mod watcher;

use std::io::{self, Write as _};

use anyhow::{Result, bail};
use clap::Parser;
use detector_tests::{privilege, sender::Sender};
use serde_json::json;

use crate::{
    connections::Connections, cost::Costs, ground::Ground, resident::Resident, scan::Scan,
    throughput::Throughputs,
};

/// Measure what watching costs a gateway, from end to end
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench e2e")]
struct Arguments {
    /// One JSON object instead of tables
    #[arg(long)]
    json: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(missing) = privilege::missing() {
        bail!("{missing}; run it as root");
    }
    let ground = Ground::build()?;
    let throughputs = Throughputs::measure(&ground)?;
    let connections = Connections::measure(&ground)?;
    let sender = Sender::open(&ground.gateway, &ground.outside)?;
    let costs = Costs::measure(&ground, &sender)?;
    let scan = Scan::measure(&ground, &sender)?;
    let resident = Resident::measure(&ground, &sender)?;
    let told = if arguments.json {
        json!({
            "benchmark": "e2e",
            "costs": costs.json(),
            "throughput": throughputs.json(),
            "scan": scan.json()?,
            "connections": connections.json(),
            "resident": resident.json(),
        })
        .to_string()
    } else {
        let parts = [
            costs.table(),
            throughputs.table(),
            scan.table()?,
            connections.table(),
            resident.table(),
        ];
        parts.join("\n")
    };
    writeln!(io::stdout(), "{}", told.trim_end())?;
    Ok(())
}

/// Tells whoever waits how far it is.
fn step(text: &str) {
    // Whoever closed the terminal does not want to hear about it.
    let _closed = writeln!(io::stderr(), "bench e2e: {text}");
}
