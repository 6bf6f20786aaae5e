//! How a benchmark drives a program over many connections: which one comes next, and where a frame names it.
//!
//! Must not know: what is measured.

/// Octets of the remote address that are written: in IPv4 the whole of it, in IPv6 the third to the sixth.
pub const REMOTE_LEN: usize = 4;
/// Octets of our port.
pub const OURS_LEN: usize = 2;

/// Our first port.
const FIRST_PORT: u32 = 1_024;
/// Odd, so that it visits all of a power of two; and far from its neighbours (Fibonacci hashing).
const STRIDE: u32 = 0x9e37_79b1;

/// Where a frame on Ethernet without tags has what tells connections apart.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u32)]
pub enum Layout {
    /// Nowhere: every frame is the same.
    #[default]
    Fixed,
    /// IPv4 without options, from our side.
    Out4,
    /// The same, to our side.
    In4,
    /// IPv6 without extension headers, from our side.
    Out6,
    /// The same, to our side.
    In6,
}

/// The state of a driver.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(C)]
pub struct Drive {
    /// How many frames there were.
    count: u32,
    /// One less than the number of connections, which is a power of two.
    mask: u32,
    /// The same of the prefixes that they are spread over, and how many bits that has.
    prefix_mask: u32,
    prefix_bits: u32,
    /// The [`Layout`], as its number.
    layout: u32,
}

const _: () = assert!(size_of::<Drive>() == 20, "a map value has no padding");

impl Drive {
    /// A driver that has not begun; both numbers are rounded up to a power of two, and there are at most a million
    /// prefixes.
    pub const fn over(connections: u32, prefixes: u32, layout: Layout) -> Self {
        Self {
            count: 0,
            mask: connections.next_power_of_two().wrapping_sub(1),
            prefix_mask: prefixes.next_power_of_two().wrapping_sub(1),
            prefix_bits: prefixes.next_power_of_two().trailing_zeros(),
            layout: layout as u32,
        }
    }

    /// The frame's layout.
    #[inline(always)]
    pub const fn layout(&self) -> Layout {
        match self.layout {
            1 => Layout::Out4,
            2 => Layout::In4,
            3 => Layout::Out6,
            4 => Layout::In6,
            _ => Layout::Fixed,
        }
    }

    /// The next connection: remote octets, and our port. Each comes once before any comes again. One host in
    /// each prefix (from `10.0.0.0/8` on, or of `2001:db8::/32`), and as many ports of ours as it takes.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "masked to fewer bits")]
    pub const fn next(&mut self) -> ([u8; REMOTE_LEN], [u8; OURS_LEN]) {
        let number = self.count.wrapping_mul(STRIDE) & self.mask;
        self.count = self.count.wrapping_add(1);
        let [_, top, high, low] = (number & self.prefix_mask).to_be_bytes();
        let rest = number.wrapping_shr(self.prefix_bits);
        let port = FIRST_PORT.wrapping_add(rest) as u16;
        let remote = match self.layout() {
            Layout::Out4 | Layout::In4 | Layout::Fixed => [top.wrapping_add(10), high, low, 1],
            Layout::Out6 | Layout::In6 => [high, low, 0, 1],
        };
        (remote, port.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    #[cfg_attr(miri, ignore = "so many connections would take hours")]
    fn every_connection_comes_once_before_any_comes_again() {
        let mut drive = Drive::over(1 << 18, 1 << 16, Layout::Out4);
        let seen: HashSet<_> = (0..1 << 18).map(|_| drive.next()).collect();
        assert_eq!(seen.len(), 1 << 18);
        assert!(seen.contains(&drive.next()));
        let prefixes: HashSet<_> = seen.iter().map(|(remote, _)| remote).collect();
        assert_eq!(prefixes.len(), 1 << 16);
    }

    #[test]
    fn a_layout_is_what_it_was_set_to() {
        use Layout::{Fixed, In4, In6, Out4, Out6};
        for layout in [Fixed, Out4, In4, Out6, In6] {
            assert_eq!(Drive::over(1, 1, layout).layout(), layout);
        }
    }
}
