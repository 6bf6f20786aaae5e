//! The seam between packet memory and the parser.
//!
//! The verifier refuses a `&[u8]` over packet memory, so the parser asks for small fixed-size
//! copies instead; the compiler folds each copy into direct loads. Small matters: the octets of
//! a whole header would all be alive at once, each in a stack slot of its own.

use crate::skip::Skip;

/// Headers are looked for in this many bytes and no further, whatever the source, so that kernel
/// and host read the same. Every chain of headers seen in practice ends well before.
pub const HEADER_SPAN: usize = 256;

/// Instead of a usual length, where there is none.
pub const SELDOM: usize = usize::MAX;

/// Bytes of one packet, from the first byte the hook sees.
pub trait PacketBytes {
    /// Copies `N` bytes from `offset`, or `None` where the packet, or [`HEADER_SPAN`], ends before.
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]>;

    /// Length of the whole packet in bytes, also of parts that cannot be read: the IP length field
    /// of a super-packet above 64 KiB is zero, and then this is the only source.
    fn total_len(&self) -> usize;
}

/// One header of a packet, and what follows it.
///
/// Its parts lie at constant offsets, and what is behind it is another header: the verifier mistrusts
/// a pointer plus a variable.
pub trait HeaderBytes: Copy {
    /// Copies `N` bytes from `offset`, or `None` where the packet, or [`HEADER_SPAN`], ends before.
    fn read<const N: usize>(self, offset: usize) -> Option<[u8; N]>;

    /// Where in the packet it begins.
    fn at(self) -> usize;

    /// Bytes of the packet from here on, also of parts that cannot be read.
    fn remaining_len(self) -> usize;

    /// What begins `len` bytes behind this beginning; mostly that is `USUAL`. Nothing of this header
    /// may be read any more.
    ///
    /// # Errors
    /// [`Skip::Truncated`] where that is behind [`HEADER_SPAN`].
    fn behind<const USUAL: usize>(self, len: usize) -> Result<Self, Skip>;

    /// Asks once whether the first `len` bytes can be read, which spares each of them the question.
    ///
    /// # Errors
    /// [`Skip::Truncated`].
    #[inline(always)]
    fn holds(self, len: usize) -> Result<(), Skip> {
        self.u8_at(len.saturating_sub(1)).map(drop)
    }

    /// The octet at `offset`.
    ///
    /// # Errors
    /// [`Skip::Truncated`].
    #[inline(always)]
    fn u8_at(self, offset: usize) -> Result<u8, Skip> {
        let [octet] = self.read(offset).ok_or(Skip::Truncated)?;
        Ok(octet)
    }

    /// The 16-bit number at `offset`, in network order.
    ///
    /// # Errors
    /// [`Skip::Truncated`].
    #[inline(always)]
    fn u16_at(self, offset: usize) -> Result<u16, Skip> {
        let octets = self.read(offset).ok_or(Skip::Truncated)?;
        Ok(u16::from_be_bytes(octets))
    }

    /// The 32-bit number at `offset`, in network order.
    ///
    /// # Errors
    /// [`Skip::Truncated`].
    #[inline(always)]
    fn u32_at(self, offset: usize) -> Result<u32, Skip> {
        let octets = self.read(offset).ok_or(Skip::Truncated)?;
        Ok(u32::from_be_bytes(octets))
    }

    /// The 64-bit number at `offset`, in network order.
    ///
    /// # Errors
    /// [`Skip::Truncated`].
    #[inline(always)]
    fn u64_at(self, offset: usize) -> Result<u64, Skip> {
        let octets = self.read(offset).ok_or(Skip::Truncated)?;
        Ok(u64::from_be_bytes(octets))
    }
}

/// A header of a packet that lies in memory.
#[derive(Debug)]
pub struct Header<'a, B: ?Sized> {
    bytes: &'a B,
    at: usize,
}

impl<'a, B: PacketBytes + ?Sized> Header<'a, B> {
    /// The first header.
    pub const fn first(bytes: &'a B) -> Self {
        Self { bytes, at: 0 }
    }
}

// Not derived: that would ask the same of `B`.
impl<B: ?Sized> Clone for Header<'_, B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B: ?Sized> Copy for Header<'_, B> {}

impl<B: PacketBytes + ?Sized> HeaderBytes for Header<'_, B> {
    fn read<const N: usize>(self, offset: usize) -> Option<[u8; N]> {
        self.bytes.read(self.at.checked_add(offset)?)
    }

    fn at(self) -> usize {
        self.at
    }

    fn remaining_len(self) -> usize {
        self.bytes.total_len().saturating_sub(self.at)
    }

    fn behind<const USUAL: usize>(self, len: usize) -> Result<Self, Skip> {
        let at = self.at.wrapping_add(len);
        if at < HEADER_SPAN {
            Ok(Self { at, ..self })
        } else {
            Err(Skip::Truncated)
        }
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
        let header = Header::first(bytes);
        assert_eq!(header.u8_at(1), Ok(1));
        assert_eq!(header.u16_at(1), Ok(0x0102));
        assert_eq!(header.u32_at(1), Ok(0x0102_0304));
        assert_eq!(header.u64_at(1), Ok(0x0102_0304_0506_0708));
    }

    #[test]
    fn a_number_that_is_not_all_there_is_truncated() {
        let bytes: &[u8] = &[0; 8];
        let header = Header::first(bytes);
        assert_eq!(header.u8_at(8), Err(Skip::Truncated));
        assert_eq!(header.u16_at(7), Err(Skip::Truncated));
        assert_eq!(header.u32_at(5), Err(Skip::Truncated));
        assert_eq!(header.u64_at(1), Err(Skip::Truncated));
        assert_eq!(header.u64_at(usize::MAX), Err(Skip::Truncated));
    }

    #[test]
    fn a_header_counts_from_its_own_beginning() {
        let bytes: &[u8] = &[0, 1, 2, 3, 4];
        let header = Header::first(bytes).behind::<2>(2).unwrap();
        assert_eq!((header.at(), header.remaining_len()), (2, 3));
        assert_eq!(header.u8_at(0), Ok(2));
        assert_eq!(header.u8_at(3), Err(Skip::Truncated));
        assert_eq!(header.behind::<2>(1).unwrap().u8_at(0), Ok(3));
    }

    #[test]
    fn a_header_begins_within_the_span() {
        let bytes: &[u8] = &[];
        let begins = |at| Header::first(bytes).behind::<0>(at).map(HeaderBytes::at);
        assert_eq!(begins(0), Ok(0));
        assert_eq!(begins(HEADER_SPAN - 1), Ok(HEADER_SPAN - 1));
        assert_eq!(begins(HEADER_SPAN), Err(Skip::Truncated));
        assert_eq!(begins(usize::MAX), Err(Skip::Truncated));
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
