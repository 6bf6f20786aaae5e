//! One address type for both families: 128 bits, IPv4 in its mapped form (RFC 4291 §2.5.5.2).

/// An IPv6 address, or an IPv4 address as `::ffff:a.b.c.d`.
///
/// Two words and not sixteen octets: the compiler keeps each octet of an array in a stack slot of
/// its own, and the 512 bytes of a BPF stack are soon spent.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(C)]
pub struct Address {
    /// The network half: the first eight octets, the first one on top.
    pub high: u64,
    /// The interface half.
    pub low: u64,
}

/// The upper 32 bits of the interface half of every IPv4-mapped address.
const MAPPED: u64 = 0xffff;

impl Address {
    /// The mapped form of four IPv4 octets.
    #[inline(always)]
    pub const fn v4(octets: [u8; 4]) -> Self {
        Self::from_v4_bits(u32::from_be_bytes(octets))
    }

    /// The mapped form of an IPv4 address, first octet on top.
    #[inline(always)]
    pub const fn from_v4_bits(bits: u32) -> Self {
        Self {
            high: 0,
            low: (MAPPED << 32) | bits as u64,
        }
    }

    /// The address of sixteen octets in network order.
    #[expect(clippy::cast_possible_truncation, reason = "each half is 64 bits")]
    pub const fn v6(octets: [u8; 16]) -> Self {
        let bits = u128::from_be_bytes(octets);
        Self {
            high: (bits >> 64) as u64,
            low: bits as u64,
        }
    }

    /// The 32 bits of an IPv4 address, where this is one.
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the lower 32 bits are meant"
    )]
    pub const fn as_v4_bits(&self) -> Option<u32> {
        if self.high == 0 && self.low >> 32 == MAPPED {
            Some(self.low as u32)
        } else {
            None
        }
    }

    /// 32 bits that stand for the address where a collision costs little.
    #[inline(always)]
    pub const fn fold(&self) -> u32 {
        // Multiplication by an odd constant (Fibonacci hashing) carries every bit to the top.
        let mixed = (self.high.rotate_left(32) ^ self.low).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as u32
    }

    /// The sixteen octets in network order.
    pub const fn octets(&self) -> [u8; 16] {
        (((self.high as u128) << 64) | self.low as u128).to_be_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_survive_the_two_words() {
        let octets = [
            0x20, 0x01, 0x0d, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        ];
        assert_eq!(Address::v6(octets).octets(), octets);
        assert_eq!(Address::v6(octets).as_v4_bits(), None);
    }

    #[test]
    fn an_ipv4_address_is_itself_in_mapped_form() {
        let address = Address::v4([192, 0, 2, 1]);
        assert_eq!(address.as_v4_bits(), Some(0xc000_0201));
        assert_eq!(Address::v6(address.octets()), address);
    }
}
