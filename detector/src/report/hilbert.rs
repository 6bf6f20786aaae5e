//! The Hilbert curve: a line of 2³² addresses folded into a square so that each network is a square too, or two of
//! them side by side.

use ipnet::Ipv4Net;

/// Addresses on one side of the whole square.
pub(super) const SIDE: u32 = 1 << 16;

/// A square of addresses, by its corner and its side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Square {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) side: u32,
}

/// The squares of a network: one where its length is even, else two.
pub(super) fn squares(net: Ipv4Net) -> Vec<Square> {
    let length = net.prefix_len();
    if length.is_multiple_of(2) {
        return vec![square(net.network().to_bits(), length)];
    }
    let halves = net.subnets(length + 1).into_iter().flatten();
    halves
        .map(|half| square(half.network().to_bits(), length + 1))
        .collect()
}

fn square(first: u32, length: u8) -> Square {
    let side = 1 << (16 - u32::from(length) / 2);
    let (x, y) = place(first);
    Square {
        x: x / side * side,
        y: y / side * side,
        side,
    }
}

/// Where on the square an address lies: bits of the address by pairs, from the last.
fn place(address: u32) -> (u32, u32) {
    let (mut x, mut y) = (0, 0);
    for level in 0..16 {
        let side = 1 << level;
        let pair = address >> (2 * level);
        let right = 1 & (pair >> 1);
        let up = 1 & (pair ^ right);
        if up == 0 {
            if right == 1 {
                (x, y) = (side - 1 - x, side - 1 - y);
            }
            (x, y) = (y, x);
        }
        x += side * right;
        y += side * up;
    }
    (x, y)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn inside(square: Square, address: u32) -> bool {
        let (x, y) = place(address);
        x / square.side * square.side == square.x && y / square.side * square.side == square.y
    }

    proptest! {
        #[test]
        fn neighbours_on_the_line_are_neighbours_on_the_square(address in 0..u32::MAX) {
            let ((x, y), (next_x, next_y)) = (place(address), place(address + 1));
            prop_assert_eq!(x.abs_diff(next_x) + y.abs_diff(next_y), 1);
        }

        #[test]
        fn a_network_fills_its_squares_and_nothing_else_does(bits: u32, other: u32, length in 0_u8..=32) {
            let net = Ipv4Net::new(Ipv4Addr::from_bits(bits), length).unwrap().trunc();
            let squares = squares(net);
            let area: u64 = squares.iter().map(|it| u64::from(it.side) * u64::from(it.side)).sum();
            prop_assert_eq!(area, 1 << (32 - length));
            for address in [bits, other, net.network().to_bits(), net.broadcast().to_bits()] {
                let is_inside = squares.iter().any(|it| inside(*it, address));
                prop_assert_eq!(is_inside, net.contains(&Ipv4Addr::from_bits(address)));
            }
        }
    }
}
