//! System calls that fail, one at a time and at any of the places where the detector makes them: `strace` has the kernel
//! refuse them.
//!
//! Owns which calls, with which errors. Must not know what the detector makes them for.

use std::{
    collections::BTreeMap, fs, os::unix::process::ExitStatusExt as _, process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use detector_tests::{
    Detector, Lab, address::WAN_INTERFACE, harness::note, long::so_many, measured, program,
};
use nix::sys::signal::Signal;
use rand::{Rng, RngExt as _, SeedableRng as _, rngs::Xoshiro256PlusPlus, seq::IndexedRandom as _};
use tempfile::TempDir;

use crate::{
    hooks::Hooks,
    stage::{PATIENCE, end, watch},
};

/// What a detector may end with.
const CODES: [i32; 6] = [0, 1, 69, 71, 77, 78];
/// And what the loader of programs ends with, where its own calls fail before the program begins; it says so.
const UNLOADED: i32 = 127;
const LOADER: &str = "error while loading shared libraries";
/// The kernel is called once for each prefix there is room for, and `strace` counts no further than 65,535.
const CONFIG: &str = "[tables]\nprefixes = 1_024\n";
/// Begin and end of what it does are where most calls differ from the one before.
const EDGE: u64 = 64;
/// By which a signal wakes the event loop, which is not asked whether that succeeds: the next signal does.
const WAKE: &str = "sendto";
/// Until the next.
const UNHEARD: Duration = Duration::from_secs(20);
/// Calls with the errors that they have in earnest, beside those that the C library and the event loop make for
/// themselves, which must not fail.
const ERRORS: [(&str, &[&str]); 29] = [
    (
        "bpf",
        &["EBUSY", "EINTR", "ENOMEM", "EPERM", "ENOSPC", "EMFILE"],
    ),
    ("openat", &["EMFILE", "EACCES", "EIO"]),
    ("getdents64", &["EIO"]),
    ("newfstatat", &["EIO"]),
    ("statx", &["EIO"]),
    ("ioctl", &["EIO"]),
    ("flock", &["ENOLCK"]),
    ("fsync", &["EIO", "ENOSPC"]),
    ("renameat", &["ENOSPC", "EIO"]),
    ("mkdir", &["EROFS", "ENOSPC"]),
    ("unlink", &["EACCES"]),
    ("chmod", &["EROFS"]),
    ("socket", &["EMFILE"]),
    ("setsockopt", &["ENOMEM"]),
    ("bind", &["EADDRINUSE"]),
    ("listen", &["EADDRINUSE"]),
    ("accept4", &["EMFILE"]),
    ("connect", &["ECONNREFUSED"]),
    ("sendto", &["ENOBUFS"]),
    ("sendmsg", &["ENOBUFS"]),
    ("recvmsg", &["EINTR", "ENOMEM"]),
    ("epoll_wait", &["EINTR"]),
    ("clone3", &["EAGAIN"]),
    ("prctl", &["EINVAL"]),
    ("seccomp", &["EINVAL"]),
    ("landlock_create_ruleset", &["EOPNOTSUPP"]),
    ("landlock_add_rule", &["ENOMEM"]),
    ("landlock_restrict_self", &["EPERM"]),
    ("capset", &["EPERM"]),
];

/// One call that fails, in each thread that makes as many.
#[derive(Debug)]
struct Fault {
    call: &'static str,
    error: &'static str,
    nth: u64,
}

/// How a detector took it.
struct Outcome {
    code: i32,
    lines: Vec<String>,
}

/// Says in one line what this test lacks here.
pub(crate) fn missing() -> Option<String> {
    let found = Command::new("strace").arg("-V").output();
    found.is_err().then(|| "there is no strace".to_owned())
}

pub(crate) fn whichever_call_fails_it_goes_on_or_says_why_and_leaves_nothing() -> Result<()> {
    let lab = Lab::open()?;
    let folder = TempDir::new()?;
    let [state, config] = ["state", "detector.toml"].map(|name| folder.path().join(name));
    fs::write(&config, CONFIG)?;
    let paths = [&config, &state].map(|path| path.to_str());
    let [Some(config), Some(state)] = paths else {
        bail!("a path is not UTF-8")
    };
    let arguments = [
        "--wan",
        WAN_INTERFACE,
        "--config",
        config,
        "--state-dir",
        state,
    ];
    let most = most_in_a_thread(&lab, &arguments)?;
    let seed: u64 = rand::random();
    note(&format!("system calls that fail: seed {seed}"));
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let (mut ended, mut went_on) = (0, 0);
    for fault in faults(&most, &mut random) {
        let context = || format!("seed {seed}, {fault:?}");
        let outcome = outcome(&lab, &arguments, &fault.injection(), fault.signals());
        let outcome = outcome.with_context(context)?;
        outcome.ensure_sound().with_context(context)?;
        let hooks = Hooks::of(&lab.gateway, WAN_INTERFACE)?;
        ensure!(hooks == Hooks::default(), "{}: left {hooks:?}", context());
        *(if outcome.code == 0 {
            &mut went_on
        } else {
            &mut ended
        }) += 1;
    }
    let (detector, _attached) = watch(&lab.gateway, &arguments)?;
    end(&detector)?;
    measured(
        "calls::whichever_call_fails_it_goes_on_or_says_why_and_leaves_nothing",
        format_args!(
            "{} calls failed: {went_on} times it went on, {ended} times it ended and said why",
            went_on + ended
        ),
    );
    Ok(())
}

/// How often a thread makes each call, of all threads the most.
fn most_in_a_thread(lab: &Lab, arguments: &[&str]) -> Result<BTreeMap<&'static str, u64>> {
    let trace = TempDir::new()?;
    let trace = trace.path().join("trace");
    let path = trace.to_str().context("the path is not UTF-8")?;
    let names: Vec<String> = ERRORS.iter().map(|(call, _)| format!("?{call}")).collect();
    let plain = outcome(
        lab,
        arguments,
        &[
            "-o".to_owned(),
            path.to_owned(),
            format!("-etrace={}", names.join(",")),
        ],
        1,
    )?;
    ensure!(plain.code == 0, "traced alone: {:?}", plain.lines);
    let text = fs::read_to_string(&trace)?;
    let mut counts = BTreeMap::new();
    for (thread, rest) in text.lines().filter_map(|line| line.split_once(' ')) {
        let name = rest.trim_start().split('(').next();
        let call = ERRORS
            .iter()
            .map(|(call, _)| *call)
            .find(|call| Some(*call) == name);
        if let Some(call) = call {
            *counts.entry((call, thread)).or_insert(0) += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((call, _), count) in counts {
        let highest = most.entry(call).or_insert(0);
        *highest = count.max(*highest);
    }
    Ok(most)
}

/// A few of them, or each several times.
fn faults(most: &BTreeMap<&'static str, u64>, random: &mut impl Rng) -> Vec<Fault> {
    let each = ERRORS
        .iter()
        .flat_map(|(call, errors)| errors.iter().map(move |error| (*call, *error)));
    let kinds: Vec<_> = each
        .filter_map(|(call, error)| Some((call, error, *most.get(call)?)))
        .collect();
    let chosen: Vec<_> = so_many(
        kinds.sample(random, 12).copied().collect(),
        kinds.iter().flat_map(|kind| [*kind; 5]).collect(),
    );
    let place = |(call, error, count)| Fault {
        call,
        error,
        nth: place(count, random),
    };
    chosen.into_iter().map(place).collect()
}

fn place(count: u64, random: &mut impl Rng) -> u64 {
    let from_the_edge = random.random_range(0..count.min(EDGE));
    if random.random() {
        1 + from_the_edge
    } else {
        count - from_the_edge
    }
}

/// Lets a detector begin, poll and end with these `arguments`, under `strace` with those for `tracing`; so many
/// `signals` must be enough to end it.
fn outcome(lab: &Lab, arguments: &[&str], tracing: &[String], signals: u32) -> Result<Outcome> {
    let mut command = Command::new("strace");
    // The detector keeps the number of the process that is started here.
    command
        .args(["-D", "-f", "-qq"])
        .args(tracing)
        .args([program::detector()?.as_os_str(), "run".as_ref()])
        .args(arguments);
    let detector = Detector::start_command(&lab.gateway, &mut command)?;
    let begun = detector.wait_for(PATIENCE, |event| event["event"] == "heartbeat");
    if begun.is_ok() {
        // Where the status is not served there is no telling when it polls.
        let polls = detector.statuses().into_iter().flatten();
        let _second = polls.take(2).last();
        for patience in (1..signals).map(|_| UNHEARD).chain([Duration::ZERO]) {
            // It may have ended meanwhile.
            let _gone = detector.signal(Signal::SIGTERM);
            let _heard = detector.exit(patience);
        }
    }
    let status = detector.exit(PATIENCE)?;
    let lines = detector.log_lines();
    let code = status
        .code()
        .with_context(|| format!("it ended by signal {:?}: {lines:?}", status.signal()))?;
    Ok(Outcome { code, lines })
}

impl Fault {
    /// That end the detector for sure.
    fn signals(&self) -> u32 {
        if self.call == WAKE { 2 } else { 1 }
    }

    fn injection(&self) -> [String; 4] {
        let Self { call, error, nth } = self;
        let inject = format!("-einject={call}:error={error}:when={nth}");
        [
            "-o".to_owned(),
            "/dev/null".to_owned(),
            format!("-etrace={call}"),
            inject,
        ]
    }
}

impl Outcome {
    /// Ended in good order, or with a line; the helper, which is a process of its own, may have said one too.
    fn ensure_sound(&self) -> Result<()> {
        let Self { code, lines } = self;
        if *code == UNLOADED && lines.iter().any(|line| line.contains(LOADER)) {
            return Ok(());
        }
        let reasons = lines
            .iter()
            .filter(|line| line.starts_with("detector: "))
            .count();
        let has_panicked = lines.iter().any(|line| line.contains("panicked"));
        let is_told = if *code == 0 {
            reasons == 0
        } else {
            (1..=2).contains(&reasons)
        };
        ensure!(
            CODES.contains(code) && is_told && !has_panicked,
            "{code}: {lines:?}"
        );
        Ok(())
    }
}
