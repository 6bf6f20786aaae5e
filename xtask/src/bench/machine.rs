//! Where and of what it was measured.

use std::fs;

use anyhow::{Context as _, Result};

use crate::{program, workspace};

/// A machine and a commit.
#[derive(Debug, PartialEq)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) kernel: String,
    pub(crate) commit: String,
}

impl Machine {
    pub(crate) fn this() -> Result<Self> {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").context("/proc/cpuinfo")?;
        let kernel =
            fs::read_to_string("/proc/sys/kernel/osrelease").context("the kernel's name")?;
        Ok(Self {
            processor: processor(&cpuinfo),
            kernel: kernel.trim().to_owned(),
            commit: commit(),
        })
    }

    /// As it stands above a table.
    pub(crate) fn line(&self) -> String {
        format!(
            "{}, Linux {}, commit {}",
            self.processor, self.kernel, self.commit
        )
    }
}

fn commit() -> String {
    let mut git = program::command("git");
    git.current_dir(workspace::root());
    git.args([
        "describe",
        "--always",
        "--abbrev=12",
        "--exclude=*",
        "--dirty",
    ]);
    program::answer(&mut git).unwrap_or_else(|| "unknown".to_owned())
}

fn processor(cpuinfo: &str) -> String {
    let models: Vec<&str> = cpuinfo
        .lines()
        .filter_map(|line| line.strip_prefix("model name"))
        .map(|rest| rest.trim_start_matches([' ', '\t', ':']))
        .collect();
    match models.first() {
        Some(model) => format!("{} × {model}", models.len()),
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_counted_by_their_model() {
        let cpuinfo = "processor\t: 0\nmodel name\t: A: B @ 2 GHz\n\nmodel name\t: A: B @ 2 GHz\n";
        assert_eq!(processor(cpuinfo), "2 × A: B @ 2 GHz");
    }

    #[test]
    fn a_machine_that_names_no_model_is_unknown() {
        assert_eq!(processor("BogoMIPS : 50.00\n"), "unknown");
    }
}
