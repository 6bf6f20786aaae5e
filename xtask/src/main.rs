//! Development tasks, called as `cargo xtask`. Each has a module of its own; this one only knows
//! their names and arguments.

mod apt;
mod bench;
mod compiler;
mod corpus;
mod demo;
mod deny;
mod dist;
mod document;
mod ebpf;
mod error_rates;
mod faults;
mod fleet;
mod fuzz;
mod hand_over;
mod lab;
mod linker;
mod lint;
mod lint_table;
mod miri;
mod nats;
mod pip;
mod privilege;
mod program;
mod rooms;
mod say;
mod setup;
mod tally;
mod tee;
mod test;
mod toolchain;
mod tools;
mod vm;
mod workspace;

use std::{ffi::OsString, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Development tasks of the detector
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, PartialEq, Subcommand)]
enum Task {
    /// Get what building needs: a compiler for the eBPF object, and its linker
    Setup,
    /// Build the detector, with the eBPF object in it
    Build {
        /// Optimised, as it is shipped
        #[arg(long)]
        release: bool,
    },
    /// Show the detector at work in a laboratory on this machine (`demo --help` says how)
    #[command(disable_help_flag = true)]
    Demo {
        /// Passed to the demo as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Replay real captures and hold the verdicts against their labels (`corpus --help` says how)
    #[command(disable_help_flag = true)]
    Corpus {
        /// Passed to the comparison as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Play a gateway in compressed time, with false alerts and detection delays; updates docs/DETECTION.md
    #[command(disable_help_flag = true)]
    Simulate {
        /// Passed to the simulation as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Compute the average run lengths of the sequential test; updates docs/DETECTION.md
    #[command(disable_help_flag = true)]
    Arl {
        /// Passed to the computation as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Play somebody who owns a share of a prefix's traffic; updates docs/DETECTION.md
    #[command(disable_help_flag = true)]
    Poison {
        /// Passed to the simulation as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Run every test; the last line counts them
    Test(test::Options),
    /// Inject every fault and write down what happens; updates docs/RELIABILITY.md
    Faults(faults::Options),
    /// Measure what reading a capture costs, beside other programs; updates docs/BENCHMARKS.md
    Bench(bench::Options),
    /// Build the package: binary, unit, settings, manual pages, completions
    Dist(dist::Options),
    /// Fuzz the parser, the engine and the reader of captures
    Fuzz(fuzz::Options),
    /// Run tests inside virtual machines, on kernels that this machine does not have
    Vm(vm::Options),
    /// Ask of licences, sources and doubles of what is built in (deny.toml)
    Deny(deny::Options),
    /// Run the tests of what kernel and host share under Miri, which sees undefined behaviour
    Miri,
    /// Check format, lints of both sides, lint tables, unsafe rooms, what is built in, and documentation
    Lint,
}

fn main() -> ExitCode {
    perform(Arguments::parse().task).unwrap_or_else(|error| {
        say::error(&format!("{error:#}"));
        ExitCode::FAILURE
    })
}

fn perform(task: Task) -> Result<ExitCode> {
    match task {
        Task::Setup => setup::setup(),
        Task::Build { release } => build(release),
        Task::Demo { arguments } => return demo::demo(&arguments),
        Task::Corpus { arguments } => return corpus::corpus(&arguments),
        Task::Simulate { arguments } => return error_rates::error_rates("simulate", &arguments),
        Task::Arl { arguments } => return error_rates::error_rates("arl", &arguments),
        Task::Poison { arguments } => return error_rates::error_rates("poison", &arguments),
        Task::Test(options) => return test::test(&options),
        Task::Faults(options) => return faults::faults(&options),
        Task::Bench(options) => bench::bench(&options),
        Task::Dist(options) => return dist::dist(&options),
        Task::Fuzz(options) => fuzz::fuzz(&options),
        Task::Vm(options) => return vm::vm(&options),
        Task::Deny(options) => deny::deny(&options),
        Task::Miri => miri::miri(),
        Task::Lint => lint::lint(),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn build(release: bool) -> Result<()> {
    setup::setup()?;
    say::step("build: the detector and its eBPF object");
    let mut cargo = workspace::cargo(["build", "--locked"]);
    program::run(cargo.args(release.then_some("--release")))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn task(line: &str) -> Task {
        Arguments::try_parse_from(line.split(' ')).unwrap().task
    }

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_demo_gets_its_arguments_unread() {
        let line = "xtask demo --scenario rst --release --help -v";
        let arguments = line.split(' ').skip(2).map(OsString::from).collect();
        assert_eq!(task(line), Task::Demo { arguments });
        assert_eq!(
            task("xtask demo"),
            Task::Demo {
                arguments: Vec::new()
            }
        );
    }

    #[test]
    fn the_comparison_gets_its_arguments_unread() {
        let line = "xtask corpus --json --captures here --help";
        let arguments = line.split(' ').skip(2).map(OsString::from).collect();
        assert_eq!(task(line), Task::Corpus { arguments });
    }

    #[test]
    fn the_simulation_gets_its_arguments_unread() {
        let line = "xtask simulate --days 3 --json";
        let arguments = line.split(' ').skip(2).map(OsString::from).collect();
        assert_eq!(task(line), Task::Simulate { arguments });
    }

    #[test]
    fn a_release_build_is_asked_for() {
        assert_eq!(task("xtask build --release"), Task::Build { release: true });
    }
}
