//! Marks counted, and samples handed to user space.

#![expect(unsafe_code, reason = "pointers into maps")]

use detector_common::{maps::Loss, mark::Mark, sample::Sample, tables::Evidence};

use crate::{count, maps};

/// The maps of the evidence.
pub(crate) struct KernelEvidence;

impl Evidence for KernelEvidence {
    #[inline(always)]
    fn count(&mut self, mark: Mark) {
        count::mark(mark);
    }

    #[inline(always)]
    fn sample(&mut self, sample: &Sample) {
        let Some(budget) = maps::SAMPLING.get_ptr_mut(0) else {
            return;
        };
        // SAFETY: the slot is this CPU's own, and a program is not preempted by itself.
        let is_wanted = unsafe { (*budget).spend(sample.at) };
        if !is_wanted || maps::SAMPLES.output(sample, 0).is_err() {
            count::loss(Loss::Sample);
        }
    }
}
