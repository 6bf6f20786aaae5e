//! Runs tests inside virtual machines, on kernels that this machine does not have: [docs/KERNELS.md].
//!
//! Nothing is installed but what the lab needs anyway: emulator and kernels are unpacked below `target/vm`. Owns the
//! order of things; must not know what a test tests.

mod archive;
mod baggage;
mod console;
mod emulator;
mod kernel;
mod modules;
mod selection;
mod verdict;

use std::{
    collections::hash_map::RandomState,
    env,
    fs::{self, OpenOptions},
    hash::BuildHasher as _,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::json;

use self::{
    archive::Archive,
    emulator::{Accelerator, Emulator},
    kernel::{Kernel, Wanted},
    selection::Errand,
    verdict::Verdict,
};
use crate::{faults, lab, say, setup, tally::Tally, workspace};

/// The programs of tests that run inside, and the one that runs them.
const TESTS: [&str; 4] = ["kernels", "lifecycle", "live", "differential"];
const GUEST: &str = "guest";
const DETECTOR: &str = "detector";

/// What to run, and on which kernels.
#[derive(Args, Debug, PartialEq)]
pub(crate) struct Options {
    /// A kernel: a release of Debian's cloud kernels (6.1), or files (VMLINUZ:MODULES); by default 6.1 and 6.12
    #[arg(long = "kernel", value_name = "RELEASE|VMLINUZ:MODULES")]
    kernels: Vec<Wanted>,
    /// Run, in place of the selection, every test whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// End a machine that has given no verdict by then
    #[arg(long, value_name = "N", default_value_t = 10)]
    minutes: u64,
}

pub(crate) fn vm(options: &Options) -> Result<ExitCode> {
    setup::setup()?;
    lab::ensure_tools()?;
    let folder = workspace::target()?.join("vm");
    fs::create_dir_all(&folder)?;
    let emulator = Emulator::ensure(&folder)?;
    say::step("vm: building the programs under test, and their tests");
    let baggage = baggage::gather(&build()?, &folder)?;
    let wanted = match options.kernels.as_slice() {
        [] => Wanted::usual().to_vec(),
        some => some.to_vec(),
    };
    let kernels: Vec<_> = wanted
        .iter()
        .map(|it| it.ensure(&folder))
        .collect::<Result<_>>()?;
    let errands = selection::errands(options.filter.as_deref());
    let limit = Duration::from_secs(60 * options.minutes);
    let mut all = Tally::default();
    let mut problems = 0;
    for kernel in &kernels {
        let archive = pack(kernel, &baggage, &errands, &folder)?;
        let verdict = try_out(&emulator, kernel, &archive, &errands, limit)?;
        all.join(&verdict.tally);
        problems += usize::from(verdict.problem.is_some());
    }
    say::result(&all.to_string());
    Ok(ExitCode::from(u8::from(problems > 0)))
}

/// What cargo says of the detector, of the guest's first process and of the tests.
fn build() -> Result<String> {
    let mut programs = workspace::cargo(["build", "--locked", "-p", DETECTOR]);
    programs.args(["-p", "detector-tests", "--bins"]);
    let programs = workspace::build(programs.args(workspace::EVERYTHING))?;
    let mut tests = workspace::cargo(["test", "--locked", "--no-run", "-p", "detector-tests"]);
    tests.args(TESTS.iter().flat_map(|name| ["--test", name]));
    let tests = workspace::build(tests.args(workspace::EVERYTHING))?;
    Ok(programs + &tests)
}

/// The file system that the machine boots into.
fn pack(kernel: &Kernel, baggage: &Archive, errands: &[Errand], folder: &Path) -> Result<PathBuf> {
    let mut archive = baggage.clone();
    modules::pack(&kernel.modules, &mut archive)?;
    let plan: Vec<_> = errands.iter().map(Errand::to_string).collect();
    archive.file("plan", 0o644, plan.join("\n").as_bytes());
    let path = folder.join("initramfs.cpio");
    fs::write(&path, archive.finish()).with_context(|| path.display().to_string())?;
    Ok(path)
}

fn try_out(
    emulator: &Emulator,
    kernel: &Kernel,
    archive: &Path,
    errands: &[Errand],
    limit: Duration,
) -> Result<Verdict> {
    let accelerator = emulator.accelerator(kernel, archive)?;
    say::step(&format!("vm: booting {} ({accelerator})", kernel.name));
    let began = Instant::now();
    let nonce = nonce();
    let mut machine = emulator.machine(kernel, archive, accelerator, &[&nonce]);
    let console = console::watch(&mut machine, limit)?;
    let verdict = verdict::of(&console, &nonce, errands);
    report(kernel, &verdict, accelerator, began.elapsed())?;
    Ok(verdict)
}

fn report(
    kernel: &Kernel,
    verdict: &Verdict,
    accelerator: Accelerator,
    took: Duration,
) -> Result<()> {
    let Kernel { name, .. } = kernel;
    if let Some(problem) = &verdict.problem {
        say::error(&format!("{name}: {problem}"));
    }
    let (release, tally) = (&verdict.release, &verdict.tally);
    let figure = format!(
        "{release}, {accelerator}: {tally}, {} s from boot to verdict",
        took.as_secs()
    );
    say::step(&format!("measured: vm {name}: {figure}"));
    let own = json!({ "test": format!("vm {name}"), "figure": figure });
    let inside = verdict
        .figures
        .iter()
        .map(|(test, figure)| json!({ "test": format!("{test} ({release})"), "figure": figure }));
    let Some(path) = env::var_os(faults::FILE) else {
        return Ok(());
    };
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    for line in inside.chain([own]) {
        writeln!(file, "{line}")?;
    }
    Ok(())
}

/// Nothing that a kernel or a test could say by chance, or remember from another run.
fn nonce() -> String {
    format!("{:016x}", RandomState::new().hash_one(Instant::now()))
}
