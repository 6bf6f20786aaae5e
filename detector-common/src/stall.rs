//! How far a connection had come when it was cut off, in coarse steps.
//!
//! A freeze by a censor comes at a fixed place (some 16 KB, some 25 packets), an ordinary stall
//! anywhere: the histogram of a prefix tells them apart. Must not know: flows, or thresholds of
//! judgement.

/// A step of the histogram.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bucket(u8);

/// First payload byte behind each bucket but the last.
const BYTES: [u32; Bucket::COUNT - 1] = [4_096, 8_192, 12_288, 16_384, 20_480, 24_576, 40_960];
/// First packet behind each bucket but the last.
const PACKETS: [u32; Bucket::COUNT - 1] = [10, 15, 20, 25, 30, 35, 40];

impl Bucket {
    /// Number of buckets.
    pub const COUNT: usize = 8;

    /// Every bucket, in order.
    pub const ALL: [Self; Self::COUNT] = [
        Self(0),
        Self(1),
        Self(2),
        Self(3),
        Self(4),
        Self(5),
        Self(6),
        Self(7),
    ];

    /// The bucket of so many bytes of payload.
    #[inline(always)]
    pub fn of_bytes(bytes: u32) -> Self {
        Self::below(bytes, &BYTES)
    }

    /// The bucket of so many packets.
    #[inline(always)]
    pub fn of_packets(packets: u32) -> Self {
        Self::below(packets, &PACKETS)
    }

    /// Its first number of bytes.
    pub fn bytes(self) -> u32 {
        first(self, &BYTES)
    }

    /// Its first number of packets.
    pub fn packets(self) -> u32 {
        first(self, &PACKETS)
    }

    /// Position of its counter.
    #[inline(always)]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    #[inline(always)]
    fn below(value: u32, limits: &[u32; Self::COUNT - 1]) -> Self {
        let passed = limits.iter().fold(0_u8, |passed, limit| {
            passed.wrapping_add(u8::from(value >= *limit))
        });
        Self(passed)
    }
}

fn first(bucket: Bucket, limits: &[u32; Bucket::COUNT - 1]) -> u32 {
    let before = bucket.index().checked_sub(1);
    before
        .and_then(|before| limits.get(before))
        .copied()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_named_by_where_it_begins() {
        for bucket in Bucket::ALL {
            assert_eq!(Bucket::of_bytes(bucket.bytes()), bucket);
            assert_eq!(Bucket::of_packets(bucket.packets()), bucket);
        }
        assert_eq!(Bucket::ALL[0].bytes(), 0);
    }

    #[test]
    fn every_bucket_begins_where_the_one_before_ends() {
        for (index, limit) in BYTES.into_iter().enumerate() {
            assert_eq!(Bucket::of_bytes(limit - 1).index(), index);
            assert_eq!(Bucket::of_bytes(limit).index(), index + 1);
        }
        for (index, limit) in PACKETS.into_iter().enumerate() {
            assert_eq!(Bucket::of_packets(limit - 1).index(), index);
            assert_eq!(Bucket::of_packets(limit).index(), index + 1);
        }
    }

    #[test]
    fn the_ends_are_open() {
        assert_eq!(Bucket::of_bytes(0), Bucket::ALL[0]);
        assert_eq!(Bucket::of_bytes(u32::MAX), Bucket::ALL[7]);
        assert_eq!(Bucket::of_packets(u32::MAX).index(), 7);
    }
}
