//! Finds other programs and runs them; a failure is one line. Knows nothing of what they are for.

use std::{
    env,
    ffi::{OsStr, OsString},
    iter,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

/// A command that is looked up in [`directories`].
pub(crate) fn command(name: &str) -> Command {
    let mut command = Command::new(name);
    command.env("PATH", joined(directories()));
    command
}

pub(crate) fn find(name: &str) -> Option<PathBuf> {
    directories()
        .map(|directory| directory.join(name))
        .find(|path| path.is_file())
}

pub(crate) fn exists(name: &str) -> bool {
    find(name).is_some()
}

/// Runs with the developer's own stdout and stderr.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| describe(command))?;
    ensure!(
        status.success(),
        "{} ended with {status}",
        describe(command)
    );
    Ok(())
}

/// What the command prints, or nothing where it is absent or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

pub(crate) fn describe(command: &Command) -> String {
    let words = iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
    format!("`{}`", words.join(" "))
}

/// Lets what `command` starts be looked up in `directory` first.
pub(crate) fn prefer(command: &mut Command, directory: PathBuf) {
    command.env("PATH", joined([directory].into_iter().chain(directories())));
}

fn joined(directories: impl Iterator<Item = PathBuf>) -> OsString {
    // A directory with a colon in its name cannot be in PATH; there is nothing to add then.
    env::join_paths(directories).unwrap_or_else(|_| env::var_os("PATH").unwrap_or_default())
}

/// Cargo's own programs first, so that rustup's proxies win over a distribution's cargo; the
/// administrator's directories last, because an ordinary user's PATH may lack them.
fn directories() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let path: Vec<_> = env::split_paths(&path).collect();
    let last = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    cargo_programs().into_iter().chain(path).chain(last)
}

fn cargo_programs() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")))?;
    Some(home.join("bin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_named_with_its_arguments() {
        let error = run(Command::new("false").arg("--really")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`false --really` ended with exit status: 1"
        );
    }

    #[test]
    fn a_program_that_is_absent_has_no_answer() {
        assert_eq!(answer(&mut command("no-such-program-anywhere")), None);
    }

    #[test]
    fn an_answer_is_trimmed() {
        assert_eq!(
            answer(command("echo").arg("1.96.0")),
            Some("1.96.0".to_owned())
        );
    }
}
