//! Which commands can be carried out in a folder, and why others cannot; of those the help is asked for their options.

use std::process::Command;

use anyhow::Result;
use detector_tests::program;

/// They need neither root, nor a network, nor a terminal.
const HERE: &[&str] = &[
    "detector --version",
    "detector check-config",
    "detector config",
    "detector export",
    "detector replay",
    "detector report",
    "detector schema",
    "detector status",
    "detector top --once",
    "cp",
    "export",
    "grep",
    "head",
    "jq",
    "mkdir",
    "printf",
    "sort",
    "uniq",
];

/// What needs a machine of its own, and why.
pub(crate) const ELSEWHERE: &[(&str, &str)] = &[
    (
        "apt install",
        "it installs: tests/package does, in a chroot",
    ),
    ("apt-get update", "it asks the network"),
    ("cargo mutants", "it takes hours"),
    (
        "cargo xtask",
        "it builds, and runs tests, this one among them",
    ),
    (
        "curl",
        "it asks a detector that runs: tests/lifecycle has some",
    ),
    (
        "detector doctor",
        "it says what this very machine lacks: tests/lifecycle and tests/views have some",
    ),
    (
        "detector run",
        "it loads programs into the kernel: tests/lifecycle and tests/live do",
    ),
    ("ip -batch", "it sets routes"),
    (
        "ipset restore",
        "it fills the kernel's sets: tests/views does",
    ),
    ("journalctl", "it reads the journal of a service manager"),
    (
        "nats stream add",
        "it asks a server of NATS: tests/sinks has some",
    ),
    ("nft", "it fills the kernel's sets: tests/views does"),
    (
        "prometheus-alertmanager",
        "it runs until it is ended: tests/fleet has three",
    ),
    (
        "promtool",
        "it reads rules, which cargo xtask test --fleet does",
    ),
    ("sysctl", "it sets what holds for the whole kernel"),
    ("systemctl", "it speaks to a service manager"),
    ("tcpdump", "it captures from an interface"),
];

/// Whether a folder is enough for a command.
pub(crate) fn is_here(words: &[String]) -> bool {
    HERE.iter().any(|it| begins(words, it))
}

/// Why it is not, where that is known.
pub(crate) fn why_not(words: &[String]) -> Option<&'static str> {
    let found = ELSEWHERE.iter().find(|(begin, _)| begins(words, begin));
    found.map(|(begin, _)| *begin)
}

fn begins(words: &[String], begin: &str) -> bool {
    let program = words.first().and_then(|it| it.rsplit('/').next());
    let words = program
        .into_iter()
        .chain(words.iter().skip(1).map(String::as_str));
    let begin: Vec<_> = begin.split(' ').collect();
    words.take(begin.len()).eq(begin)
}

/// The first option that the help of its program does not name, where that program is here to be asked.
///
/// # Errors
/// When the folder of programs cannot be found.
pub(crate) fn unknown_option(words: &[String]) -> Result<Option<String>> {
    // Behind it are those of yet another program.
    let own = words.iter().take_while(|word| *word != "--");
    let options = own.filter(|word| word.starts_with("--"));
    let options: Vec<_> = options.filter_map(|word| word.split('=').next()).collect();
    if options.is_empty() {
        return Ok(None);
    }
    let Some(help) = help(words)? else {
        return Ok(None);
    };
    let names = |option: &&&str| {
        let mut words = help.split(|it: char| !(it.is_ascii_alphanumeric() || "-_.".contains(it)));
        words.any(|word| word == **option)
    };
    let unknown = options.iter().find(|option| !names(option));
    Ok(unknown.map(|it| (*it).to_owned()))
}

/// Nothing where the program is not there, or has no such help.
fn help(words: &[String]) -> Result<Option<String>> {
    let output = asked(words)?.output().ok();
    let succeeded = output.filter(|it| it.status.success());
    Ok(succeeded.map(|it| String::from_utf8_lossy(&[it.stdout, it.stderr].concat()).into_owned()))
}

fn asked(words: &[String]) -> Result<Command> {
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let mut command = match words[..] {
        // These tasks hand everything over, and build much first.
        [
            "cargo",
            "xtask",
            task @ ("arl" | "corpus" | "demo" | "poison" | "simulate"),
            ..,
        ] => Command::new(program::directory()?.join(task)),
        ["cargo", command, task, ..] => {
            let mut cargo = Command::new(env!("CARGO"));
            cargo.args([command, task]);
            cargo
        }
        [program, ..] => Command::new(program),
        [] => Command::new("true"),
    };
    command.arg("--help");
    Ok(command)
}
