//! Marks counted, and samples kept until somebody takes them.

use detector_common::{
    mark::Mark,
    sample::{Budget, Sample},
    tables::Evidence,
};

/// The host's evidence, with the kernel's budget of samples.
#[derive(Debug, Default)]
pub struct HostEvidence {
    /// Connections by mark, in the order of [`Mark::ALL`].
    pub marks: [u64; Mark::COUNT],
    /// Samples since they were last taken, the oldest first.
    pub samples: Vec<Sample>,
    /// Samples that were not wanted.
    pub refused: u64,
    budget: Budget,
}

impl Evidence for HostEvidence {
    fn count(&mut self, mark: Mark) {
        self.marks[mark.index()] += 1;
    }

    fn sample(&mut self, sample: &Sample) {
        if self.budget.spend(sample.at) {
            self.samples.push(*sample);
        } else {
            self.refused += 1;
        }
    }
}
