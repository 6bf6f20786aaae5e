//! The bytes of a TCP segment.

use std::net::IpAddr;

use etherparse::TcpHeader;

use super::envelope::in_ipv6;

/// What a SYN of Linux offers: the segment size, SACK, timestamps, a window scale.
pub(super) const SYN_OPTIONS: [u8; 20] = [
    2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7,
];

/// A whole segment with its checksum.
pub(super) fn segment(
    header: &TcpHeader,
    (from, to): (IpAddr, IpAddr),
    payload_len: u16,
) -> Vec<u8> {
    let payload = vec![b'.'; payload_len.into()];
    let checksum = match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            header.calc_checksum_ipv4_raw(from.octets(), to.octets(), &payload)
        }
        _ => header.calc_checksum_ipv6_raw(in_ipv6(from), in_ipv6(to), &payload),
    };
    let header = TcpHeader {
        // A segment too long for a packet has none.
        checksum: checksum.unwrap_or_default(),
        ..header.clone()
    };
    [&header.to_bytes(), payload.as_slice()].concat()
}
