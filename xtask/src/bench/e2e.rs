//! Builds the program that measures from end to end, runs it in the lab, and puts what it tells into the document with
//! the machine it was measured on.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::{DOCUMENT, machine::Machine};
use crate::{
    document, lab, program, say, setup,
    tools::{self, Tool},
    workspace,
};

/// Of its place in the document.
const NAME: &str = "e2e";
const TOOLS: [Tool; 3] = [
    ("tcpdump", "tcpdump"),
    ("tshark", "tshark"),
    ("softflowd", "softflowd"),
];

pub(super) fn bench(is_json: bool) -> Result<()> {
    setup::setup()?;
    lab::ensure_tools()?;
    tools::ensure(&TOOLS, "the benchmark")?;
    let told = measure(is_json)?;
    let machine = Machine::this()?;
    if is_json {
        say::result(&with_machine(&machine, serde_json::from_str(&told)?).to_string());
        return Ok(());
    }
    say::result(told.trim_end());
    document::write(DOCUMENT, NAME, &format!("{}.\n\n{told}", machine.line()))
}

fn measure(is_json: bool) -> Result<String> {
    say::step("bench: building the detector and the lab");
    let mut cargo = workspace::cargo(["build", "--locked", "--release", "-p", "detector"]);
    cargo.args(["-p", "detector-tests", "--bin", "detector", "--bin", NAME]);
    let messages = workspace::build(&mut cargo)?;
    let path = workspace::executable(&messages, NAME).context("cargo built no e2e")?;
    let mut e2e = program::command(&path.to_string_lossy());
    e2e.args(is_json.then_some("--json"));
    let output = e2e.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| program::describe(&e2e))?;
    ensure!(
        output.status.success(),
        "{NAME} ended with {}",
        output.status
    );
    String::from_utf8(output.stdout).context("what e2e tells")
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
