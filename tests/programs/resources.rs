//! What the programs take: memory of the kernel, and work of the verifier.

use std::{collections::HashSet, fs};

use anyhow::{Context as _, Result};
use detector::kernel::{Kernel, OBJECT, Options, ProgramCost};
use detector_tests::bytecode::{code, linked, stack::depth_bytes};
use serde_json::{Value, json};

/// At the default sizes.
#[derive(Debug)]
pub(crate) struct Resources {
    map_bytes: u64,
    /// Each with the bytes of its stack.
    programs: Vec<(ProgramCost, u32)>,
}

impl Resources {
    pub(crate) fn measure() -> Result<Self> {
        let mut kernel = Kernel::load(Options::default())?;
        let object = linked(OBJECT)?;
        let costs = kernel.programs.costs()?.into_iter();
        let programs = costs.map(|cost| {
            let depth = depth_bytes(code(&object, &cost.name)?)?;
            Ok((cost, depth))
        });
        Ok(Self {
            map_bytes: map_bytes()?,
            programs: programs.collect::<Result<_>>()?,
        })
    }

    pub(crate) fn table(&self) -> String {
        let tenths = self.map_bytes * 10 / (1 << 20);
        let mebibytes = format!("{}.{}", tenths / 10, tenths % 10);
        let head = format!(
            "All maps at their default sizes: {mebibytes} MiB of the kernel's memory.\n\n\
             | program | instructions verified | bytes translated | bytes of stack |\n|---|---|---|---|\n"
        );
        self.programs.iter().fold(head, |table, (program, depth)| {
            table
                + &format!(
                    "| `{}` | {} | {} | {depth} |\n",
                    program.name, program.verified_instructions, program.translated_bytes
                )
        })
    }

    pub(crate) fn json(&self) -> Value {
        let programs = self.programs.iter().map(|(program, depth)| {
            json!({
                "program": program.name,
                "verified_instructions": program.verified_instructions,
                "translated_bytes": program.translated_bytes,
                "stack_bytes": depth,
            })
        });
        json!({ "map_bytes": self.map_bytes, "programs": programs.collect::<Vec<_>>() })
    }
}

/// What the kernel says of the maps that this process holds.
fn map_bytes() -> Result<u64> {
    let mut seen = HashSet::new();
    let mut sum = 0;
    for entry in fs::read_dir("/proc/self/fdinfo")? {
        // The directory itself was open, and is no more.
        let Ok(text) = fs::read_to_string(entry?.path()) else {
            continue;
        };
        let number = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key))?;
            line.trim().parse::<u64>().ok()
        };
        let Some(map) = number("map_id:") else {
            continue;
        };
        if seen.insert(map) {
            sum += number("memlock:").context("the kernel does not say what a map takes")?;
        }
    }
    Ok(sum)
}
