//! A fault, the test that brings it about, and what happens then.
//!
//! Must not know: how it was measured, or which there are.

/// A fault.
pub(crate) struct Fault {
    /// In a few words.
    pub(crate) name: &'static str,
    /// What brings it about.
    pub(crate) injection: Injection,
    /// What the test holds the detector to.
    pub(crate) happens: &'static str,
    /// The test has a long form.
    pub(crate) is_long: bool,
}

/// A test, or more than one.
pub(crate) enum Injection {
    /// Of this program of tests, the one of this name.
    Test(&'static str, &'static str),
    /// In a virtual machine, on this kernel, those that contain this, or all that are selected.
    Machine(&'static str, Option<&'static str>),
}

/// Of a test that takes seconds.
pub(super) const fn fault(
    name: &'static str,
    target: &'static str,
    test: &'static str,
    happens: &'static str,
) -> Fault {
    Fault {
        name,
        injection: Injection::Test(target, test),
        happens,
        is_long: false,
    }
}

/// Booting takes minutes where it is emulated.
pub(super) const fn in_a_machine(
    name: &'static str,
    kernel: &'static str,
    filter: Option<&'static str>,
    happens: &'static str,
) -> Fault {
    Fault {
        name,
        injection: Injection::Machine(kernel, filter),
        happens,
        is_long: true,
    }
}

impl Fault {
    /// The same, where its test has a long form.
    pub(super) const fn long(self) -> Self {
        Self {
            is_long: true,
            ..self
        }
    }
}
