//! Adds up what the test programs say about themselves, and judges the sum. Pure.

use std::{collections::BTreeSet, fmt};

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
    /// Why tests were skipped: the reason, or the test's name where it gave none.
    unmet: BTreeSet<String>,
}

impl Tally {
    /// Takes one line of output; libtest and libtest-mimic write the same form.
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.add(result);
        } else if let Some(reason) = line.strip_prefix("test ").and_then(skip_reason) {
            self.unmet.insert(reason.to_owned());
        }
    }

    /// Takes what another run has counted.
    pub(crate) fn join(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.unmet.extend(other.unmet.iter().cloned());
    }

    /// What makes the run a failure, if anything does.
    pub(crate) fn problem(&self, cargo_succeeded: bool, all_must_run: bool) -> Option<String> {
        if self.failed > 0 {
            return Some("tests failed: see above".to_owned());
        }
        if !cargo_succeeded {
            return Some("cargo test failed outside of a test: see above".to_owned());
        }
        if self.passed == 0 {
            return Some("no test ran".to_owned());
        }
        (all_must_run && self.skipped > 0).then(|| self.skips())
    }

    fn add(&mut self, result: &str) {
        let words: Vec<_> = result.split_whitespace().collect();
        for pair in words.windows(2) {
            let [count, what] = pair else { continue };
            let Ok(count) = count.parse::<u64>() else {
                continue;
            };
            match *what {
                "passed;" => self.passed += count,
                "failed;" => self.failed += count,
                "ignored;" => self.skipped += count,
                _ => {}
            }
        }
    }

    fn skips(&self) -> String {
        let unmet: Vec<_> = self.unmet.iter().map(String::as_str).collect();
        format!("no test may be skipped here; unmet: {}", unmet.join("; "))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
            unmet: _,
        } = self;
        write!(
            formatter,
            "{passed} passed, {failed} failed, {skipped} skipped"
        )
    }
}

fn skip_reason(test: &str) -> Option<&str> {
    let (name, reason) = test.split_once("... ignored")?;
    Some(reason.strip_prefix(", ").unwrap_or(name).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(output: &str) -> Tally {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.read(line));
        tally
    }

    #[test]
    fn results_of_all_programs_are_added() {
        let output = "
running 3 tests
test a ... ok
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.01s
test result: FAILED. 40 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.2s
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(tally(output).to_string(), "43 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn a_result_inside_other_text_is_not_counted() {
        let output = "  test result: ok. 3 passed; 0 failed;\nsaid: test result: ok. 9 passed;";
        assert_eq!(tally(output), Tally::default());
    }

    #[test]
    fn a_failed_test_is_a_problem_whatever_cargo_says() {
        let tally = tally("test result: FAILED. 1 passed; 1 failed; 0 ignored;");
        assert!(tally.problem(true, false).is_some());
    }

    #[test]
    fn a_program_that_died_without_a_result_is_a_problem() {
        let tally = tally("test result: ok. 1 passed; 0 failed; 0 ignored;");
        assert_eq!(tally.problem(true, true), None);
        assert!(tally.problem(false, false).is_some());
    }

    #[test]
    fn a_run_without_tests_is_a_problem() {
        let tally = tally("test result: ok. 0 passed; 0 failed; 0 ignored; 9 filtered out;");
        assert_eq!(tally.problem(true, false), Some("no test ran".to_owned()));
    }

    #[test]
    fn ci_names_what_skipped_tests_lack() {
        let tally = tally(
            "test live::block   ... ignored, needs root
test live::rst ... ignored, needs root
test offline::big ... ignored
test result: ok. 1 passed; 0 failed; 3 ignored;",
        );
        assert_eq!(tally.problem(true, false), None);
        let expected = "no test may be skipped here; unmet: needs root; offline::big";
        assert_eq!(tally.problem(true, true).as_deref(), Some(expected));
    }
}
