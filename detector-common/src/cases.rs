//! How often a property is tried. Under Miri, some hundred times slower, once: what it looks for is in every case.

use proptest::test_runner::Config;

pub(crate) fn cases(number: u32) -> Config {
    if cfg!(miri) {
        // No file of the host is there to keep a failure in.
        return Config {
            failure_persistence: None,
            ..Config::with_cases(1)
        };
    }
    Config::with_cases(number)
}
