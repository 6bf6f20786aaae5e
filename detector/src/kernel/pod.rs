//! The types shared with the programs, marked as plain data for aya.

#![expect(unsafe_code, reason = "values are read as the bytes that maps hold")]

use aya::Pod;
use detector_common::{
    drive::Drive,
    hash::Seeds,
    prefix::{Change, PrefixCounters, PrefixKey},
    sample::Sample,
    sets::{DestinationRecord, FlowRecord, NumberRecord, Set},
    time::Nanos,
    tuning::Tuning,
    vantage::Vantage,
};

/// A shared type in a map. The wrapper is ours, so that `detector-common` needs neither aya nor
/// unsafe code.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(super) struct Shared<T>(pub(super) T);

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
    Change,
    DestinationRecord,
    Drive,
    FlowRecord,
    Nanos,
    NumberRecord,
    PrefixCounters,
    PrefixKey,
    Sample,
    Seeds,
    Set,
    Tuning,
    Vantage,
);

/// What a program wrote as `T` into a ring buffer; `None` where the size is another.
pub(super) fn record<T>(bytes: &[u8]) -> Option<T>
where
    Shared<T>: Pod,
{
    // SAFETY: plain data, of which every bit pattern is a value, and there are as many bytes.
    (bytes.len() == size_of::<T>()).then(|| unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
}

/// A shared type as its octets, for another process of the same program.
pub(super) mod octets {
    use std::slice;

    use aya::Pod;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::{Shared, record};

    pub(crate) fn serialize<T, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error>
    where
        Shared<T>: Pod,
    {
        let start = std::ptr::from_ref(value).cast::<u8>();
        // SAFETY: plain data without padding, and as many octets as it has.
        serializer.collect_seq(unsafe { slice::from_raw_parts(start, size_of::<T>()) })
    }

    pub(crate) fn deserialize<'de, T, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>
    where
        Shared<T>: Pod,
    {
        let octets = Vec::<u8>::deserialize(deserializer)?;
        record(&octets).ok_or_else(|| D::Error::custom("of another version"))
    }
}
