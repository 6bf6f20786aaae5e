//! Average run lengths of the shipped sequential test: how many trials lie between two false alarms, and how many
//! until a block is told.

mod exact;
mod learning;
mod stream;
mod table;

use std::io::{self, Write as _};

use clap::Parser;

use table::Row;

/// Compute the average run lengths of the sequential test
#[derive(Debug, Parser)]
#[command(name = "cargo xtask arl")]
struct Arguments {
    /// Trials that each row with a learning baseline is simulated for
    #[arg(long, default_value_t = 20_000_000, value_parser = clap::value_parser!(u32).range(1_000_000..))]
    trials: u32,
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let rows: Vec<Row> = table::ORDINARY
        .map(|ordinary| Row::compute(ordinary, arguments.trials))
        .into();
    let told = if arguments.json {
        table::json(&rows).to_string()
    } else {
        table::table(&rows)
    };
    writeln!(io::stdout(), "{}", told.trim_end())
}
