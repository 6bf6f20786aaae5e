//! What a replay must say of the labelled captures, as data. Whatever may change with a better detector, or with
//! other captures, stands here and nowhere else.

use detector_common::verdict::{
    Outcome,
    Verdict::{self, DataBlackhole, FinInjected, Incomplete, Ok, Reset, RstInjected, SynTimeout},
};

/// What a label asks of a verdict.
#[derive(Debug)]
pub struct Expectation {
    /// First word of the label.
    pub label: &'static str,
    /// Whether a verdict agrees with it.
    pub agrees: fn(Verdict) -> bool,
    /// How many connections must agree for the tests to pass.
    pub at_least: usize,
    /// Whether a verdict is wrong beyond doubt.
    pub is_forbidden: fn(Verdict) -> bool,
}

/// One for each label there is.
pub const EXPECTATIONS: [Expectation; 7] = [
    Expectation {
        label: "INJECTED_RST",
        agrees: |verdict| verdict == RstInjected,
        at_least: 13,
        is_forbidden: |_| false,
    },
    Expectation {
        label: "INJECTED_DATA_FIN",
        agrees: |verdict| verdict == FinInjected,
        at_least: 2,
        is_forbidden: |verdict| verdict == RstInjected,
    },
    Expectation {
        label: "SYN_BLACKHOLE",
        agrees: |verdict| verdict == SynTimeout,
        at_least: 2,
        is_forbidden: |_| false,
    },
    Expectation {
        label: "DROP_AFTER_CLIENT_DATA",
        agrees: |verdict| verdict == DataBlackhole,
        at_least: 7,
        is_forbidden: |_| false,
    },
    // Two of them begin before the capture does.
    Expectation {
        label: "OK",
        agrees: |verdict| matches!(verdict, Ok | Incomplete),
        at_least: 0,
        is_forbidden: is_accusation,
    },
    Expectation {
        label: "LATE_RST_AFTER_FIN",
        agrees: |verdict| matches!(verdict, Ok | Reset),
        at_least: 0,
        is_forbidden: is_accusation,
    },
    Expectation {
        label: "INCOMPLETE",
        agrees: |verdict| !is_accusation(verdict),
        at_least: 0,
        is_forbidden: is_accusation,
    },
];

/// A connection without a label that is told to be forged, and is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KnownForgery {
    /// The capture it is in.
    pub file: &'static str,
    /// Our end.
    pub local: &'static str,
    /// What is told.
    pub verdict: Verdict,
}

/// Every one there is.
pub const KNOWN_FORGERIES: [KnownForgery; 2] = [
    // A fuzzer damaged its packets: there is no true answer.
    KnownForgery {
        file: "benign_tcp/suricata__bug-76__input.pcap",
        local: "10.1.1.1:53104",
        verdict: RstInjected,
    },
    // The same injection as the labelled one in `censorship_real`.
    KnownForgery {
        file: "robustness/zeek/testing/btest/Traces/tcp/rst-inject-rae.pcap",
        local: "1.2.0.2:2527",
        verdict: RstInjected,
    },
];

/// What a label asks, by its first word.
pub fn of(label: &str) -> Option<&'static Expectation> {
    EXPECTATIONS.iter().find(|it| it.label == label)
}

/// Whether a verdict blames the path.
pub fn is_accusation(verdict: Verdict) -> bool {
    verdict.outcome() == Outcome::Failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_verdict_is_both_right_and_forbidden() {
        for it in EXPECTATIONS {
            let contradiction =
                |verdict: &Verdict| (it.agrees)(*verdict) && (it.is_forbidden)(*verdict);
            assert_eq!(Verdict::ALL.into_iter().find(contradiction), None, "{it:?}");
        }
    }

    #[test]
    fn what_is_untouched_may_not_be_accused() {
        for label in ["OK", "LATE_RST_AFTER_FIN", "INCOMPLETE"] {
            let forbidden = of(label).unwrap().is_forbidden;
            assert!(forbidden(SynTimeout) && forbidden(FinInjected), "{label}");
            assert!(!forbidden(Ok) && !forbidden(Reset), "{label}");
        }
    }
}
