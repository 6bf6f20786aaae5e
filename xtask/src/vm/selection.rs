//! Which tests run inside. Pure.
//!
//! Emulated, everything would take hours, and the live tests' crowds of clients overrun the machine. So what is
//! selected is what a kernel decides: how programs are verified, attached and detached, by whom, on which devices; one
//! block from beginning to alert; the sandbox; and that programs and host agree. The rest is a `--filter` away.

use std::fmt;

use super::TESTS;

/// All of these programs.
const WHOLE: [&str; 1] = ["kernels"];
/// Single tests of the others.
const SINGLE: [(&str, &[&str]); 2] = [
    (
        "lifecycle",
        &[
            "interfaces::an_interface_that_is_made_again_is_watched_again",
            "device::a_device_without_ethernet_is_watched_in_generic_mode",
            "device::jumbo_frames_pass_through_native_xdp",
            "sandbox::what_is_of_no_use_is_refused_inside_and_works_outside",
        ],
    ),
    (
        "differential",
        &[
            "samples_beyond_the_ring_are_counted_and_the_rest_comes_in_order",
            "an_exchange_from_syn_to_fin",
        ],
    ),
];

/// One call of a program of tests.
#[derive(Debug, PartialEq)]
pub(crate) struct Errand {
    program: &'static str,
    tests: Tests,
}

#[derive(Debug, PartialEq)]
enum Tests {
    All,
    Exact(&'static str),
    Containing(String),
}

/// The selection, or every test whose name contains `filter`.
pub(crate) fn errands(filter: Option<&str>) -> Vec<Errand> {
    if let Some(filter) = filter {
        return TESTS
            .map(|program| Errand::containing(program, filter))
            .into();
    }
    let whole = WHOLE.map(|program| Errand {
        program,
        tests: Tests::All,
    });
    let single = SINGLE
        .into_iter()
        .flat_map(|(program, tests)| tests.iter().map(move |test| Errand::exact(program, test)));
    whole.into_iter().chain(single).collect()
}

impl Errand {
    /// One test.
    pub(crate) const fn exact(program: &'static str, test: &'static str) -> Self {
        Self {
            program,
            tests: Tests::Exact(test),
        }
    }

    /// Those that a filter finds.
    pub(crate) fn containing(program: &'static str, filter: &str) -> Self {
        Self {
            program,
            tests: Tests::Containing(filter.to_owned()),
        }
    }

    /// Whether it is what a filter finds.
    pub(crate) const fn is_filtered(&self) -> bool {
        matches!(self.tests, Tests::Containing(_))
    }

    /// Whether it is for one test, which must be there.
    pub(crate) const fn is_exact(&self) -> bool {
        matches!(self.tests, Tests::Exact(_))
    }
}

impl fmt::Display for Errand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} --color=never --test-threads=1", self.program)?;
        match &self.tests {
            Tests::All => Ok(()),
            Tests::Exact(test) => write!(formatter, " --exact {test}"),
            Tests::Containing(text) => write!(formatter, " {text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_replaces_the_selection() {
        let lines: Vec<_> = errands(Some("vlan"))
            .iter()
            .map(Errand::to_string)
            .collect();
        assert_eq!(lines.len(), TESTS.len());
        assert_eq!(lines[0], "kernels --color=never --test-threads=1 vlan");
    }

    #[test]
    fn every_test_is_selected_once() {
        let lines: Vec<_> = errands(None).iter().map(Errand::to_string).collect();
        let once: std::collections::BTreeSet<_> = lines.iter().collect();
        assert_eq!(lines.len(), once.len());
    }
}
