//! The seam between packet memory and the parser.
//!
//! The verifier refuses a `&[u8]` over packet memory, so the parser asks for small fixed-size
//! copies instead; the compiler folds each copy into direct loads. Small matters: the octets of
//! a whole header would all be alive at once, each in a stack slot of its own.

use crate::skip::Skip;

/// Headers are looked for in this many bytes and no further, whatever the source, so that kernel
/// and host read the same. Every chain of headers seen in practice ends well before.
pub const HEADER_SPAN: usize = 256;

/// Bytes of one packet, from the first byte the hook sees.
pub trait PacketBytes {
    /// Copies `N` bytes from `offset`, or `None` where the packet, or [`HEADER_SPAN`], ends before.
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]>;

    /// Length of the whole packet in bytes, also of parts that cannot be read: the IP length field
    /// of a super-packet above 64 KiB is zero, and then this is the only source.
    fn total_len(&self) -> usize;

    /// The same offset. In the kernel, one that the verifier knows nothing of, so that the paths
    /// which lead to a header become one path behind it; `offset` is below [`HEADER_SPAN`].
    #[inline(always)]
    fn blur(&self, offset: usize) -> usize {
        offset
    }

    /// Where the next header begins.
    ///
    /// # Errors
    /// [`Skip::Truncated`] where that is behind [`HEADER_SPAN`].
    #[inline(always)]
    fn header_at(&self, offset: usize) -> Result<usize, Skip> {
        if offset < HEADER_SPAN {
            Ok(self.blur(offset))
        } else {
            Err(Skip::Truncated)
        }
    }

    /// The octet at `offset`.
    ///
    /// # Errors
    /// [`Skip::Truncated`].
    #[inline(always)]
    fn u8_at(&self, offset: usize) -> Result<u8, Skip> {
        let [octet] = self.read(offset).ok_or(Skip::Truncated)?;
        Ok(octet)
    }

    /// The 16-bit number at `offset`, in network order.
    ///
    /// # Errors
    /// [`Skip::Truncated`].
    #[inline(always)]
    fn u16_at(&self, offset: usize) -> Result<u16, Skip> {
        let octets = self.read(offset).ok_or(Skip::Truncated)?;
        Ok(u16::from_be_bytes(octets))
    }

    /// The 32-bit number at `offset`, in network order.
    ///
    /// # Errors
    /// [`Skip::Truncated`].
    #[inline(always)]
    fn u32_at(&self, offset: usize) -> Result<u32, Skip> {
        let octets = self.read(offset).ok_or(Skip::Truncated)?;
        Ok(u32::from_be_bytes(octets))
    }

    /// The 64-bit number at `offset`, in network order.
    ///
    /// # Errors
    /// [`Skip::Truncated`].
    #[inline(always)]
    fn u64_at(&self, offset: usize) -> Result<u64, Skip> {
        let octets = self.read(offset).ok_or(Skip::Truncated)?;
        Ok(u64::from_be_bytes(octets))
    }
}

impl PacketBytes for [u8] {
    #[inline(always)]
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        let end = offset.checked_add(N)?;
        if end > HEADER_SPAN {
            return None;
        }
        self.get(offset..end)?.try_into().ok()
    }

    #[inline(always)]
    fn total_len(&self) -> usize {
        self.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn numbers_are_in_network_order() {
        let bytes: &[u8] = &[0, 1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(bytes.u8_at(1), Ok(1));
        assert_eq!(bytes.u16_at(1), Ok(0x0102));
        assert_eq!(bytes.u32_at(1), Ok(0x0102_0304));
        assert_eq!(bytes.u64_at(1), Ok(0x0102_0304_0506_0708));
    }

    #[test]
    fn a_number_that_is_not_all_there_is_truncated() {
        let bytes: &[u8] = &[0; 8];
        assert_eq!(bytes.u8_at(8), Err(Skip::Truncated));
        assert_eq!(bytes.u16_at(7), Err(Skip::Truncated));
        assert_eq!(bytes.u32_at(5), Err(Skip::Truncated));
        assert_eq!(bytes.u64_at(1), Err(Skip::Truncated));
        assert_eq!(bytes.u64_at(usize::MAX), Err(Skip::Truncated));
    }

    #[test]
    fn a_header_begins_within_the_span() {
        let bytes: &[u8] = &[];
        assert_eq!(bytes.header_at(0), Ok(0));
        assert_eq!(bytes.header_at(HEADER_SPAN - 1), Ok(HEADER_SPAN - 1));
        assert_eq!(bytes.header_at(HEADER_SPAN), Err(Skip::Truncated));
        assert_eq!(bytes.header_at(usize::MAX), Err(Skip::Truncated));
    }

    #[test]
    fn the_span_ends_before_a_long_packet_does() {
        let bytes = vec![9; 1_500];
        assert_eq!(bytes.read::<1>(HEADER_SPAN - 1), Some([9]));
        assert_eq!(bytes.read::<1>(HEADER_SPAN), None);
        assert_eq!(bytes.read::<4>(HEADER_SPAN - 3), None);
        assert_eq!(bytes.total_len(), 1_500);
    }
}
