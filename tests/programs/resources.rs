//! What the programs take: memory of the kernel, and work of the verifier.

use anyhow::Result;
use detector::kernel::{Kernel, OBJECT, Options, ProgramCost};
use detector_tests::{
    bytecode::{code, linked, stack::depth_bytes},
    memory::map_bytes,
};
use nix::unistd::Pid;
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
            map_bytes: map_bytes(Pid::this())?,
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
