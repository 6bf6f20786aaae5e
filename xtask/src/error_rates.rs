//! Builds a program that computes error rates of the judge, runs it, and puts what it tells into the document. The
//! programs own their arguments.

use std::{
    ffi::OsString,
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use crate::{document, program, say, setup, workspace};

const DOCUMENT: &str = "docs/DETECTION.md";
/// With these the program speaks to the caller alone.
const NOT_FOR_THE_DOCUMENT: [&str; 3] = ["--json", "--help", "-h"];

/// Runs `name`, optimised as the judge is shipped.
pub(crate) fn error_rates(name: &str, arguments: &[OsString]) -> Result<ExitCode> {
    setup::setup()?;
    say::step(&format!("{name}: building it"));
    let mut cargo = workspace::cargo(["build", "--locked", "--release", "-p", "detector-tests"]);
    let messages = workspace::build(cargo.args(["--bin", name]))?;
    let path = workspace::executable(&messages, name);
    let mut command = Command::new(path.with_context(|| format!("cargo built no {name}"))?);
    command.args(arguments).stderr(Stdio::inherit());
    let output = command
        .output()
        .with_context(|| program::describe(&command))?;
    ensure!(
        output.status.success(),
        "{name} ended with {}",
        output.status
    );
    let told = String::from_utf8(output.stdout).with_context(|| format!("what {name} tells"))?;
    say::result(told.trim_end());
    if is_for_the_document(arguments) {
        document::write(DOCUMENT, name, &told)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn is_for_the_document(arguments: &[OsString]) -> bool {
    !arguments
        .iter()
        .any(|it| NOT_FOR_THE_DOCUMENT.iter().any(|word| it == word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_for_programs_and_tables_are_for_the_document() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert!(is_for_the_document(&[]));
        assert!(is_for_the_document(&words("--days 5 --seeds 8")));
        assert!(!is_for_the_document(&words("--days 5 --json")));
        assert!(!is_for_the_document(&words("--help")));
    }
}
