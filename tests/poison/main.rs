//! Plays somebody who owns a share of a prefix's traffic, and tells whether he could hide a block of it, or forge one.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
};

use clap::Parser;
use detector_tests::{
    parallel,
    simulation::{
        World,
        poisoning::{Deed, Scheme, play},
    },
};
use serde_json::{Value, json};

/// Play somebody who owns a share of a prefix's traffic: what he can hide, and what he can forge
#[derive(Debug, Parser)]
#[command(name = "cargo xtask poison")]
struct Arguments {
    /// Worlds, in each of which everything is tried once
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    seeds: u32,
    /// The first of them, to go on where an earlier run ended
    #[arg(long, default_value_t = 5_000)]
    first_seed: u64,
    /// Connections an hour of all others
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..))]
    connections_per_hour: u32,
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// Shares in percent.
const SHARES: [u32; 7] = [0, 10, 20, 30, 50, 70, 90];
/// What he wants, with how many hosts of his own, and how a row is called.
const DEEDS: [(Deed, usize, &str); 5] = [
    (
        Deed::Hide,
        1,
        "hidden: his connections to one host of his own work",
    ),
    (
        Deed::Hide,
        3,
        "hidden: those to three hosts of his own work",
    ),
    (Deed::Forge, 1, "forged: those to one host of his own fail"),
    (
        Deed::Forge,
        3,
        "forged: those to three hosts of his own fail",
    ),
    (Deed::Frame, 0, "forged: those to everybody's hosts fail"),
];

/// One cell.
struct Cell {
    deed: usize,
    percent: u32,
    tried: usize,
    worked: usize,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let cells = measure(&arguments);
    let told = if arguments.json {
        json(&arguments, &cells).to_string()
    } else {
        table(&arguments, &cells)
    };
    writeln!(io::stdout(), "{}", told.trim_end())
}

fn measure(arguments: &Arguments) -> Vec<Cell> {
    let world = World {
        connections_per_hour: arguments.connections_per_hour,
        ..World::DEFAULT
    };
    let schemes: Vec<Scheme> = cells()
        .map(|(deed, percent)| scheme(deed, percent))
        .collect();
    let first = arguments.first_seed;
    let seeds = (first..first + u64::from(arguments.seeds)).collect();
    let played = parallel::map(seeds, |seed| play(&world, seed, &schemes)).concat();
    let count = |(deed, percent)| {
        let (wanted, hosts, _) = DEEDS[deed];
        let own = played
            .iter()
            .filter(|(it, _)| (it.deed, it.hosts, it.percent) == (wanted, hosts, percent));
        let told = own.clone().filter(|(_, is_told)| *is_told).count();
        let tried = own.count();
        let worked = if wanted == Deed::Hide {
            tried - told
        } else {
            told
        };
        Cell {
            deed,
            percent,
            tried,
            worked,
        }
    };
    cells().map(count).collect()
}

fn cells() -> impl Iterator<Item = (usize, u32)> {
    (0..DEEDS.len()).flat_map(|deed| SHARES.map(|percent| (deed, percent)))
}

const fn scheme(deed: usize, percent: u32) -> Scheme {
    let (deed, hosts, _) = DEEDS[deed];
    Scheme {
        deed,
        hosts,
        percent,
    }
}

fn table(arguments: &Arguments, cells: &[Cell]) -> String {
    let shares = SHARES.map(|percent| format!(" {percent} % |")).concat();
    let mut table = format!(
        "**What a share of a prefix's connections is worth**: of {} tries each, how many worked within an hour; ranks 6 to 14 \
         of 300, at {} connections an hour to all\n\n| he owns |{shares}\n|---|{}\n",
        arguments.seeds,
        arguments.connections_per_hour,
        "---|".repeat(SHARES.len())
    );
    for (number, (_, _, name)) in DEEDS.iter().enumerate() {
        let own = cells.iter().filter(|cell| cell.deed == number);
        let row: Vec<String> = own.map(|cell| cell.worked.to_string()).collect();
        let _never = writeln!(table, "| {name} | {} |", row.join(" | "));
    }
    table
}

fn json(arguments: &Arguments, cells: &[Cell]) -> Value {
    let rows = cells.iter().map(|cell| {
        let (_, _, name) = DEEDS[cell.deed];
        json!({"deed": name, "percent": cell.percent, "tried": cell.tried, "worked": cell.worked})
    });
    json!({
        "seeds": arguments.seeds,
        "connections_per_hour": arguments.connections_per_hour,
        "cells": rows.collect::<Vec<_>>(),
    })
}
