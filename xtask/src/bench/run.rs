//! One run of a program on one core, and what it cost: as time(1) says it.

use std::{
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context as _, Result, ensure};

use crate::program;

/// What one run cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cost {
    /// Seconds that it used the core, in the kernel and outside. Not those that passed: others may
    /// have had the core meanwhile.
    pub(crate) cpu_s: f64,
    /// Its largest resident set, in KiB.
    pub(crate) resident_kib: u64,
}

/// User and system time, and the largest resident set.
const FORMAT: &str = "%U %S %M";

/// Runs a command to its end.
pub(crate) fn run(words: &[String]) -> Result<Cost> {
    let mut command = pinned(words);
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).output();
    let output = output.with_context(|| program::describe(&command))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{} ended with {}: {said}",
        program::describe(&command),
        output.status
    );
    // What the program itself says on its way comes before.
    let last = said.lines().last().unwrap_or_default();
    read(last).with_context(|| format!("time(1) says {last:?}"))
}

/// On the last core: the first one has the machine's interrupts.
fn pinned(words: &[String]) -> Command {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut command = program::command("taskset");
    command.args(["-c", &(cores - 1).to_string(), "time", "-f", FORMAT]);
    command.args(words);
    command
}

fn read(line: &str) -> Option<Cost> {
    let numbers: Vec<&str> = line.split(' ').collect();
    let [user, system, resident] = numbers[..] else {
        return None;
    };
    Some(Cost {
        cpu_s: user.parse::<f64>().ok()? + system.parse::<f64>().ok()?,
        resident_kib: resident.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_is_read_from_what_time_says() {
        let cost = read("1.25 0.50 13088").unwrap();
        assert!((cost.cpu_s - 1.75).abs() < 1e-9);
        assert_eq!(cost.resident_kib, 13_088);
    }

    #[test]
    fn what_time_does_not_say_is_no_cost() {
        for line in ["", "0.1 0.2", "0.1 0.2 3 4", "Command exited with status 1"] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
