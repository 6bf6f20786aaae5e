//! What a look at the counters costs: where nothing has changed, where some have, and where all have.

use std::hint::black_box;

use anyhow::{Result, ensure};
use detector::{
    kernel::{Kernel, Options, Programs},
    sizes::Sizes,
    snapshot::Tracked,
    watch::Source as _,
};
use detector_tests::spread::Spread;
use serde_json::{Value, json};

use crate::{clock::cpu_ms, course::Course, step};

/// Prefixes that are tracked, and of those that change as many as a busy gateway has in a second.
const TRACKED: [u32; 2] = [1 << 16, 1 << 20];
const CHANGED: u32 = 1 << 10;

/// One size, over all rounds.
#[derive(Debug)]
struct Reading {
    tracked: u32,
    changed: u32,
    ms: Vec<f64>,
}

/// All sizes.
#[derive(Debug)]
pub(crate) struct Readings(Vec<Reading>);

impl Readings {
    pub(crate) fn measure(rounds: u32) -> Result<Self> {
        let mut readings = Vec::new();
        for tracked in TRACKED {
            step(&format!("reading {tracked} prefixes"));
            readings.extend(measure(tracked, rounds)?);
        }
        Ok(Self(readings))
    }

    pub(crate) fn table(&self) -> String {
        let head = "| prefixes tracked | changed | one look, ms (least–most) |\n|---|---|---|\n";
        self.0.iter().fold(head.to_owned(), |table, reading| {
            let Reading {
                tracked, changed, ..
            } = reading;
            table + &format!("| {tracked} | {changed} | {} |\n", reading.spread().cell(2))
        })
    }

    pub(crate) fn json(&self) -> Value {
        let each = self.0.iter().map(|reading| {
            json!({
                "tracked": reading.tracked,
                "changed": reading.changed,
                "look_ms": reading.spread().json(),
            })
        });
        each.collect()
    }
}

impl Reading {
    const fn of(tracked: u32, changed: u32) -> Self {
        Self {
            tracked,
            changed,
            ms: Vec::new(),
        }
    }

    fn spread(&self) -> Spread {
        Spread::of(self.ms.iter().copied())
    }
}

fn measure(tracked: u32, rounds: u32) -> Result<[Reading; 3]> {
    let options = Options {
        sizes: Sizes {
            prefixes: tracked,
            // So many that hardly a set is full.
            connections: 4 * tracked,
            destinations: 2 * tracked,
        },
        ..Options::default()
    };
    let mut kernel = Kernel::load(options)?;
    let mut readings = [tracked, CHANGED, 0].map(|changed| Reading::of(tracked, changed));
    for isn in 0..=rounds {
        let [all, some, none] = &mut readings;
        serve(&mut kernel.programs, tracked, tracked, 2 * isn + 1)?;
        let (told, ms) = look(&mut kernel)?;
        // Sets of numbers are full here and there, and the first look finds no page in its place.
        ensure!(
            told >= tracked / 100 * 99,
            "{told} of {tracked} prefixes changed"
        );
        if isn == 0 {
            continue;
        }
        all.ms.push(ms);
        serve(&mut kernel.programs, CHANGED, tracked, 2 * isn + 2)?;
        let (told, ms) = look(&mut kernel)?;
        ensure!(told <= CHANGED, "{told} prefixes changed");
        some.ms.push(ms);
        let (told, ms) = look(&mut kernel)?;
        ensure!(told == 0, "{told} prefixes changed");
        none.ms.push(ms);
    }
    Ok(readings)
}

/// One connection to each of so many prefixes.
pub(crate) fn serve(
    programs: &mut Programs,
    connections: u32,
    prefixes: u32,
    isn: u32,
) -> Result<()> {
    for pass in Course::service(connections, prefixes, isn) {
        programs.drive(pass.hook.program(), pass.drive, &pass.frame, connections)?;
    }
    Ok(())
}

/// Prefixes that are shown, and milliseconds of the CPU.
fn look(kernel: &mut Kernel) -> Result<(u32, f64)> {
    let mut told = 0;
    let mut show = |changed: &Tracked| {
        black_box(changed);
        told += 1;
    };
    let (looked, ms) = cpu_ms(|| kernel.maps.changes(&mut show))?;
    looked?;
    Ok((told, ms))
}
