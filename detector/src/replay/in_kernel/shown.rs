//! How a captured frame becomes one that a test run takes, without changing what is parsed.

use detector_common::{
    bytes::{Header, HeaderBytes as _},
    wire::{
        link::{LinkLayer, network},
        network::Family,
    },
};

use crate::capture::Captured;

/// The longest Ethernet and IP headers that TC wants whole where bytes 12 and 13 announce them.
const SHORTEST_TC: usize = 14 + 40;
/// A page holds a frame with its headroom and tailroom; no header reaches so far.
pub(super) const LONGEST: usize = 2_048;

/// The frame as a test run takes it: what was not captured is zeroes, what no header reaches is
/// left out, and a length field that relies on the frame's own length says it.
pub(super) fn shown(captured: Captured<'_>, link: LinkLayer) -> Vec<u8> {
    let len = captured.total_len.clamp(SHORTEST_TC, LONGEST);
    let mut bytes = captured.bytes.to_vec();
    bytes.resize(len, 0);
    if len != captured.total_len
        && let Ok((family, header)) = network(Header::first(&captured), link)
    {
        let network_at = header.at();
        let (field_at, counts_from) = match family {
            Family::V4 => (network_at + 2, network_at),
            Family::V6 => (network_at + 4, network_at + 40),
        };
        if let Some(field @ [0, 0]) = bytes.get_mut(field_at..field_at + 2) {
            let real = captured.total_len.saturating_sub(counts_from);
            let real = u16::try_from(real).unwrap_or(u16::MAX);
            field.copy_from_slice(&real.to_be_bytes());
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use detector_common::packet::parse;
    use etherparse::PacketBuilder;

    use super::*;

    /// A segment over IPv4 or IPv6 in an Ethernet frame, with so much payload.
    fn frame(is_v6: bool, payload: usize) -> Vec<u8> {
        let ethernet = PacketBuilder::ethernet2([2; 6], [4; 6]);
        let ip = if is_v6 {
            ethernet.ipv6([1; 16], [2; 16], 64)
        } else {
            ethernet.ipv4([192, 0, 2, 1], [198, 51, 100, 7], 64)
        };
        let mut bytes = Vec::new();
        ip.tcp(1, 2, 3, 4)
            .write(&mut bytes, &vec![7; payload])
            .unwrap();
        bytes
    }

    /// Leaves the length of the IP packet to the frame's own.
    fn without_length(is_v6: bool, mut bytes: Vec<u8>) -> Vec<u8> {
        let at = 14 + if is_v6 { 4 } else { 2 };
        bytes[at..at + 2].fill(0);
        bytes
    }

    fn assert_shown_as_it_is(captured: Captured<'_>) {
        let shown = shown(captured, LinkLayer::Ethernet);
        assert!((SHORTEST_TC..=LONGEST).contains(&shown.len()));
        let expected = parse(&captured, LinkLayer::Ethernet);
        assert!(expected.is_ok());
        assert_eq!(parse(shown.as_slice(), LinkLayer::Ethernet), expected);
    }

    #[test]
    fn what_is_shown_is_taken_and_reads_the_same() {
        for is_v6 in [false, true] {
            for payload in [0, 1, 1_000, 3_000, 60_000] {
                let whole = frame(is_v6, payload);
                for bytes in [whole.clone(), without_length(is_v6, whole)] {
                    for len in [80, usize::MAX] {
                        assert_shown_as_it_is(Captured {
                            bytes: &bytes[..bytes.len().min(len)],
                            total_len: bytes.len(),
                        });
                    }
                }
            }
        }
    }

    #[test]
    fn a_lie_about_its_length_makes_no_frame_longer() {
        let bytes = frame(false, 100);
        let captured = Captured {
            bytes: &bytes,
            total_len: u32::MAX as usize,
        };
        assert_eq!(shown(captured, LinkLayer::Ethernet).len(), LONGEST);
    }
}
