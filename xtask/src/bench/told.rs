//! Builds a program that measures, runs it, and puts what it tells into the document with the machine it was measured
//! on.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::{DOCUMENT, machine::Machine};
use crate::{
    document, lab, program, say, setup,
    tools::{self, Tool},
    workspace,
};

/// What is measured, as the program and its place in the document are called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Subject {
    /// A gateway from end to end, in the lab.
    E2e,
    /// The programs in the kernel.
    Programs,
}

const TOOLS: [Tool; 3] = [
    ("tcpdump", "tcpdump"),
    ("tshark", "tshark"),
    ("softflowd", "softflowd"),
];

impl Subject {
    const fn name(self) -> &'static str {
        match self {
            Self::E2e => "e2e",
            Self::Programs => "programs",
        }
    }
}

pub(super) fn bench(subject: Subject, is_json: bool) -> Result<()> {
    setup::setup()?;
    if subject == Subject::E2e {
        lab::ensure_tools()?;
        tools::ensure(&TOOLS, "the benchmark")?;
    }
    let name = subject.name();
    let told = measure(name, is_json)?;
    let machine = Machine::this()?;
    if is_json {
        say::result(&with_machine(&machine, serde_json::from_str(&told)?).to_string());
        return Ok(());
    }
    say::result(told.trim_end());
    document::write(DOCUMENT, name, &format!("{}.\n\n{told}", machine.line()))
}

fn measure(name: &str, is_json: bool) -> Result<String> {
    say::step("bench: building the detector and the lab");
    let mut cargo = workspace::cargo(["build", "--locked", "--release", "-p", "detector"]);
    cargo.args(["-p", "detector-tests", "--bin", "detector", "--bin", name]);
    let messages = workspace::build(&mut cargo)?;
    let path = workspace::executable(&messages, name);
    let path = path.with_context(|| format!("cargo built no {name}"))?;
    let mut measuring = program::command(&path.to_string_lossy());
    measuring.args(is_json.then_some("--json"));
    let output = measuring.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| program::describe(&measuring))?;
    ensure!(
        output.status.success(),
        "{name} ended with {}",
        output.status
    );
    String::from_utf8(output.stdout).with_context(|| format!("what {name} tells"))
}

fn with_machine(machine: &Machine, mut told: Value) -> Value {
    told["processor"] = json!(machine.processor);
    told["kernel"] = json!(machine.kernel);
    told["commit"] = json!(machine.commit);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_says_where_and_of_what_it_was_measured() {
        let machine = Machine {
            processor: "2 × Some CPU".to_owned(),
            kernel: "6.18.0".to_owned(),
            commit: "abcdef".to_owned(),
        };
        let told = with_machine(&machine, json!({ "benchmark": "e2e" }));
        assert_eq!(
            told,
            json!({
                "benchmark": "e2e", "processor": "2 × Some CPU", "kernel": "6.18.0", "commit": "abcdef",
            })
        );
    }
}
