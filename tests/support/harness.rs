//! Running tests that need root: libtest knows no skip at run time, so programs of such tests bring this
//! harness, in which they count as ignored where the lab cannot be built. Knows no test.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::privilege;

/// A test: what it is called, and what it does. It fails by an error or by a panic.
pub type Test = (&'static str, fn() -> anyhow::Result<()>);

/// Lists tests by their module and name.
#[macro_export]
macro_rules! tests {
    ($($module:ident::$name:ident),+ $(,)?) => {
        vec![$((
            concat!(stringify!($module), "::", stringify!($name)),
            $module::$name as fn() -> anyhow::Result<()>,
        )),+]
    };
}

/// Runs `tests`, which all need the lab, as the arguments of the program ask for, and says how they went.
pub fn main(tests: Vec<Test>) -> ExitCode {
    main_of([(tests, privilege::missing())])
}

/// Runs groups of tests, each with what is missing here to run it.
pub fn main_of(groups: impl IntoIterator<Item = (Vec<Test>, Option<String>)>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A lab takes the whole machine; side by side they would disturb each other's timing.
    arguments.test_threads.get_or_insert(1);
    let mut trials = Vec::new();
    for (tests, missing) in groups {
        if let Some(missing) = &missing {
            note(&format!("skipping tests: {missing}"));
        }
        let group = tests.into_iter().map(trial);
        trials.extend(group.map(|trial| trial.with_ignored_flag(missing.is_some())));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Says something beside the results: why tests are skipped, or what a test has measured.
#[expect(
    clippy::print_stderr,
    reason = "stdout belongs to the results, which other programs read"
)]
pub fn note(text: &str) {
    eprintln!("{text}");
}

fn trial((name, test): Test) -> Trial {
    Trial::test(name, move || {
        test().map_err(|error| Failed::from(format!("{error:#}")))
    })
}
