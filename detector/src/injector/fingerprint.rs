//! One fingerprint: how each packet looks, and how they come together.

use std::collections::HashMap;

use detector_common::sample::Sample;
use serde::Deserialize;

use super::look::Look;

/// What one injector is known by.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// As in events.
    pub name: String,
    /// What it is.
    pub what: String,
    /// Who described it.
    pub source: String,
    #[serde(default)]
    look: Look,
    alike: Option<usize>,
    #[serde(default)]
    steps: Vec<u32>,
}

impl Fingerprint {
    /// How much it asks for.
    pub(super) fn specificity(&self) -> usize {
        let steps = if self.steps.is_empty() { 0 } else { 2 };
        self.look.conditions() + usize::from(self.alike.is_some()) + steps
    }

    /// How many of a connection's samples bear it; `None` where it does not fit.
    pub(super) fn bearers(&self, samples: &[Sample]) -> Option<usize> {
        let looking: Vec<&Sample> = samples.iter().filter(|it| self.look.fits(it)).collect();
        let bearers = match self.alike {
            Some(alike) => volleys(&looking).find(|size| *size == alike)?,
            None => looking.len(),
        };
        let fits = bearers > 0 && (self.steps.is_empty() || steps(&looking) == self.steps);
        fits.then_some(bearers)
    }
}

/// Sizes of the sets of packets that are one packet sent several times.
fn volleys(samples: &[&Sample]) -> impl Iterator<Item = usize> {
    let mut sizes = HashMap::new();
    for it in samples {
        let alike = (it.seq_ahead, it.ack_ahead, it.ip_id, it.window);
        *sizes.entry(alike).or_default() += 1;
    }
    sizes.into_values()
}

/// How far behind the first sequence number the others lie, each once, in the order they came.
fn steps(samples: &[&Sample]) -> Vec<u32> {
    let resets = samples.iter().filter(|it| Look::is_reset(it));
    let mut numbers = resets.map(|it| it.seq_ahead);
    let Some(first) = numbers.next() else {
        return Vec::new();
    };
    let mut steps: Vec<u32> = numbers.map(|it| it.wrapping_sub(first)).collect();
    steps.retain(|step| *step != 0);
    steps.dedup();
    steps
}
