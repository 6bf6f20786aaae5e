//! The first process of a virtual machine that `cargo xtask vm` boots: prepares it, runs what the plan says, and ends it
//! with a word that only it can say.
//!
//! Must not know what it runs, nor on which kernel.

mod ground;
mod power;

use std::{
    env, fs,
    io::{self, Write as _},
    process::{self, Command, ExitCode},
};

use anyhow::{Context as _, Result, ensure};
use nix::{
    sys::{
        termios::tcdrain,
        wait::{WaitStatus, wait},
    },
    unistd::Pid,
};

use self::power::Power;

const PLAN: &str = "/plan";
/// An argument: end well at once, to show that a machine comes up at all.
const ONLY_BOOT: &str = "only-boot";
/// What the device is given; any other word is bad.
const GOOD: u8 = 0x10;
const BAD: u8 = 0x11;

fn main() -> ExitCode {
    if process::id() != 1 {
        say("this is the first process of a virtual machine; `cargo xtask vm` boots one");
        return ExitCode::FAILURE;
    }
    let power = Power::open();
    let word = match course() {
        Ok(true) => GOOD,
        Ok(false) => BAD,
        Err(error) => {
            say(&format!("guest: {error:#}"));
            BAD
        }
    };
    power.end(word)
}

/// Whether everything went well.
fn course() -> Result<bool> {
    let mut arguments = env::args().skip(1);
    let nonce = arguments.next().context("no number was given")?;
    ground::prepare()?;
    let release = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    say(&format!("guest {nonce}: Linux {}", release.trim()));
    if arguments.next().as_deref() == Some(ONLY_BOOT) {
        say(&format!("guest {nonce}: 0 ran, 0 failed"));
        return Ok(true);
    }
    let plan = fs::read_to_string(PLAN).context(PLAN)?;
    let (mut ran, mut failed) = (0, 0);
    for line in plan.lines() {
        ran += 1;
        failed += u32::from(!run(line).with_context(|| line.to_owned())?);
    }
    ensure!(ran > 0, "the plan is empty");
    say(&format!("guest {nonce}: {ran} ran, {failed} failed"));
    Ok(failed == 0)
}

/// Whether the program of this line ended well.
fn run(line: &str) -> Result<bool> {
    let mut words = line.split_whitespace();
    let program = words.next().context("an empty line")?;
    let mut command = Command::new(format!("/bin/{program}"));
    let child = command.args(words).envs(ground::ENVIRONMENT).spawn()?;
    let child = Pid::from_raw(i32::try_from(child.id())?);
    // Whoever loses its parent is the first process's child, and is a zombie until that asks for it.
    loop {
        match wait()? {
            WaitStatus::Exited(pid, code) if pid == child => return Ok(code == 0),
            WaitStatus::Signaled(pid, ..) if pid == child => return Ok(false),
            _ => {}
        }
    }
}

/// And waits until it is said: the machine may end next. Where the console is gone, nobody hears of that either.
fn say(text: &str) {
    writeln!(io::stdout(), "{text}").ok();
    tcdrain(io::stdout()).ok();
}
