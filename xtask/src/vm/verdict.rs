//! What a machine's console proves. Pure.
//!
//! A panic, an empty run and an emulator that could not start all end in silence, and QEMU ends well after some of them:
//! so only what is said counts. The guest says that it is through, with a number that nobody else knows, and ends
//! the machine by a device that turns its word into QEMU's status.

use super::{console::Console, selection::Errand};
use crate::tally::Tally;

/// The guest's word for "everything passed", as the device passes it on: twice that, and one.
const GOOD: i32 = (0x10 << 1) | 1;
const MEASURED: &str = "measured: ";

/// How a machine did.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// The guest came to its end, and said so in both ways.
    pub(crate) is_sound: bool,
    pub(crate) problem: Option<String>,
    pub(crate) tally: Tally,
    /// The kernel, as it calls itself.
    pub(crate) release: String,
    /// What tests measured.
    pub(crate) figures: Vec<(String, String)>,
}

/// Judges a machine that was given this number and these errands.
pub(crate) fn of(console: &Console, nonce: &str, errands: &[Errand]) -> Verdict {
    let mut verdict = Verdict::default();
    for line in &console.lines {
        verdict.tally.read(line);
        if let Some(release) = said(line, nonce).and_then(|it| it.strip_prefix("Linux ")) {
            release.clone_into(&mut verdict.release);
        }
        if let Some((test, figure)) = figure_in(line) {
            verdict.figures.push((test.to_owned(), figure.to_owned()));
        }
    }
    let through = format!("{} ran, 0 failed", errands.len());
    let is_through = console
        .lines
        .iter()
        .any(|line| said(line, nonce) == Some(&*through));
    verdict.is_sound = is_through && console.status == Some(GOOD) && console.lost.is_none();
    verdict.problem = problem(console, &verdict, errands);
    verdict
}

fn problem(console: &Console, verdict: &Verdict, errands: &[Errand]) -> Option<String> {
    if let Some(lost) = &console.lost {
        return Some(lost.clone());
    }
    // Who asks for some by a filter sees in the counts what was skipped; what is selected has to run.
    let is_selected = !errands.iter().any(Errand::is_filtered);
    if let Some(problem) = verdict.tally.problem(true, is_selected) {
        return Some(problem);
    }
    if !verdict.is_sound {
        return Some(format!(
            "it ended without its word (QEMU: {:?})",
            console.status
        ));
    }
    let found = console
        .lines
        .iter()
        .filter(|line| *line == "running 1 test")
        .count();
    let named = errands.iter().filter(|errand| errand.is_exact()).count();
    (found < named).then(|| format!("of {named} selected tests, {found} exist"))
}

/// A test's own line has begun when it says what it measured.
fn figure_in(line: &str) -> Option<(&str, &str)> {
    let (_, figure) = line.split_once(MEASURED)?;
    figure.split_once(": ")
}

fn said<'line>(line: &'line str, nonce: &str) -> Option<&'line str> {
    line.strip_prefix("guest ")?
        .strip_prefix(nonce)?
        .strip_prefix(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 5] = [
        "guest 7f: Linux 6.1.0-56-cloud-amd64",
        "running 1 test",
        "test a::b ... measured: wait: 3 ms: good",
        "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out",
        "guest 7f: 1 ran, 0 failed",
    ];

    fn console(lines: &[&str], status: Option<i32>) -> Console {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Console {
            lines,
            status,
            lost: None,
        }
    }

    fn problem_of(console: &Console) -> Option<String> {
        of(console, "7f", &[Errand::exact("live", "a::b")]).problem
    }

    #[test]
    fn word_and_status_together_are_a_verdict() {
        let verdict = of(
            &console(&LINES, Some(33)),
            "7f",
            &[Errand::exact("live", "a::b")],
        );
        assert_eq!((verdict.is_sound, verdict.problem), (true, None));
        assert_eq!(verdict.release, "6.1.0-56-cloud-amd64");
        assert_eq!(
            verdict.figures,
            [("wait".to_owned(), "3 ms: good".to_owned())]
        );
    }

    #[test]
    fn one_of_them_is_none() {
        for status in [Some(0), Some(1), Some(35), None] {
            assert!(problem_of(&console(&LINES, status)).is_some(), "{status:?}");
        }
        assert!(problem_of(&console(&LINES[..4], Some(33))).is_some());
    }

    #[test]
    fn a_selected_test_that_is_skipped_is_a_problem_and_one_that_a_filter_finds_is_none() {
        let lines =
            LINES.map(|line| line.replace("1 passed; 0 failed; 0", "1 passed; 0 failed; 1"));
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let console = console(&lines, Some(33));
        assert!(problem_of(&console).unwrap().contains("skipped"));
        let filtered = [Errand::containing("live", "b")];
        assert_eq!(of(&console, "7f", &filtered).problem, None);
    }

    #[test]
    fn a_word_of_another_run_is_none() {
        let lines = LINES.map(|line| line.replace("guest 7f", "guest 7e"));
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        assert!(problem_of(&console(&lines, Some(33))).is_some());
    }

    #[test]
    fn fewer_errands_than_were_given_are_no_verdict() {
        let errands = [Errand::exact("live", "a::b"), Errand::exact("live", "a::c")];
        assert!(
            of(&console(&LINES, Some(33)), "7f", &errands)
                .problem
                .is_some()
        );
    }

    #[test]
    fn a_selected_test_that_is_gone_is_a_problem() {
        let lines = LINES.map(|line| line.replace("running 1 test", "running 0 tests"));
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let problem = problem_of(&console(&lines, Some(33))).unwrap();
        assert_eq!(problem, "of 1 selected tests, 0 exist");
    }

    #[test]
    fn a_lost_machine_is_lost_whatever_it_said() {
        let lost = Some("the kernel says: Oops: 0002".to_owned());
        let console = Console {
            lost,
            ..console(&LINES, Some(33))
        };
        let verdict = of(&console, "7f", &[Errand::exact("live", "a::b")]);
        assert!(!verdict.is_sound && verdict.problem.unwrap().contains("Oops"));
    }
}
