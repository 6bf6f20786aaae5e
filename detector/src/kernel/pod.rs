//! The types shared with the programs, marked as plain data for aya.

use aya::Pod;
use detector_common::{
    destination::{DestinationKey, DestinationState},
    flow::{FlowKey, FlowState},
    prefix::{PrefixCounters, PrefixKey},
    sample::Sample,
    time::Nanos,
    tuning::Tuning,
};

/// A shared type in a map. The wrapper is ours, so that `detector-common` needs neither aya nor
/// unsafe code.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(super) struct Shared<T>(pub(super) T);

impl<T> Shared<T>
where
    Self: Pod,
{
    /// The value that a record holds; `None` where its length is another one.
    pub(super) fn read(record: &[u8]) -> Option<Self> {
        // SAFETY: the record is as long as the type, and any octets are a value of plain data.
        (record.len() == size_of::<Self>())
            .then(|| unsafe { record.as_ptr().cast::<Self>().read_unaligned() })
    }
}

macro_rules! impl_pod {
    ($($shared:ty),+ $(,)?) => {
        $(
            // SAFETY: `repr(C)` or transparent, only integers, no padding (their sizes are
            // asserted beside their definitions), so every bit pattern is a value.
            unsafe impl Pod for Shared<$shared> {}
        )+
    };
}

impl_pod!(
    DestinationKey,
    DestinationState,
    FlowKey,
    FlowState,
    Nanos,
    PrefixCounters,
    PrefixKey,
    Sample,
    Tuning,
);
