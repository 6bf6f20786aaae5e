//! What is measured: each program's command line, as a reader would type it.

use std::path::Path;

/// Stands for the capture.
const CAPTURE: &str = "FILE";
/// Stands for the binary that was just built.
const DETECTOR: &str = "detector";

/// A program and its arguments.
#[derive(Debug, PartialEq)]
pub(crate) struct ProgramUnderTest(pub(crate) &'static str);

/// The one that the others are compared with.
pub(crate) const REFERENCE: usize = 2;

/// Standard output goes nowhere, of all of them.
pub(crate) const PROGRAMS: [ProgramUnderTest; 4] = [
    ProgramUnderTest("detector replay FILE"),
    ProgramUnderTest("detector replay --flows FILE"),
    ProgramUnderTest("tcpdump -r FILE -w /dev/null"),
    ProgramUnderTest("tshark -r FILE -q -z conv,tcp"),
];

impl ProgramUnderTest {
    /// The words of the command.
    pub(crate) fn words(&self, detector: &Path, capture: &Path) -> Vec<String> {
        let words = self.0.split(' ').map(|word| match word {
            CAPTURE => capture.to_string_lossy().into_owned(),
            DETECTOR => detector.to_string_lossy().into_owned(),
            other => other.to_owned(),
        });
        words.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_what_was_built_and_written() {
        let words = |program: &ProgramUnderTest| {
            program.words(Path::new("/t/release/detector"), Path::new("/t/a b.pcap"))
        };
        assert_eq!(
            words(&PROGRAMS[1]),
            ["/t/release/detector", "replay", "--flows", "/t/a b.pcap"]
        );
        assert_eq!(words(&PROGRAMS[REFERENCE])[0], "tcpdump");
    }
}
