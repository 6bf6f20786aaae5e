//! What captures put before the IP header in place of the device's own.

use std::vec::Vec;

use crate::wire::link::CapturedLink::{self, Cooked, Cooked2, Loopback, Ppp};

use super::*;

const SYN_V4: &str = "
    45 00 00 28  12 34 40 00  40 06 00 00  c0 00 02 01  c6 33 64 07
    c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00
";
const SYN_V6: &str = "
    60 00 00 00  00 14 06 40
    20010db8 00000000 00000000 00000001
    20010db8 00640000 00000000 00000007
    c3 50 01 bb  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00
";

const COOKED: &str = "00 04 00 01 00 06 020000000001 0000";
const COOKED2_REST: &str = "0000 00000002 0001 04 06 020000000001 0000";

fn read(link: CapturedLink, header: &str, packet: &str) -> Result<u32, Skip> {
    let bytes: Vec<u8> = [frame(header), frame(packet)].concat();
    parse(bytes.as_slice(), LinkLayer::Captured(link)).map(|it| tcp(&it).seq)
}

#[test]
fn a_cooked_header_is_read_with_what_may_follow_its_ethertype() {
    for (types, packet) in [
        ("0800", SYN_V4),
        ("86dd", SYN_V6),
        ("8100 0007 0800", SYN_V4),
        ("88a8 0001 8100 0007 86dd", SYN_V6),
        ("8864 1100 0001 002a 0021", SYN_V4),
        ("8864 1100 0001 003e 0057", SYN_V6),
    ] {
        let header = [COOKED, types].concat();
        assert_eq!(read(Cooked, &header, packet), Ok(1_000), "SLL {types}");
        // The second version begins with the ethertype; what follows one stays behind the header.
        let (first, rest) = types.split_at(4);
        let header = [first, COOKED2_REST, rest].concat();
        assert_eq!(read(Cooked2, &header, packet), Ok(1_000), "SLL2 {types}");
    }
    assert_eq!(
        read(Cooked, &[COOKED, "0806"].concat(), ""),
        Err(Skip::NotIp)
    );
    assert_eq!(
        read(Cooked2, &["0806", COOKED2_REST].concat(), ""),
        Err(Skip::NotIp)
    );
}

#[test]
fn an_address_family_is_read_in_either_byte_order_and_of_every_system() {
    for (family, packet) in [
        ("02000000", SYN_V4),
        ("00000002", SYN_V4),
        ("0a000000", SYN_V6),
        ("00000017", SYN_V6),
        ("18000000", SYN_V6),
        ("0000001c", SYN_V6),
        ("1e000000", SYN_V6),
    ] {
        assert_eq!(read(Loopback, family, packet), Ok(1_000), "{family}");
    }
    assert_eq!(read(Loopback, "00000007", SYN_V4), Err(Skip::NotIp));
}

#[test]
fn ppp_is_read_with_and_without_what_may_be_left_out() {
    for (header, packet) in [
        ("ff03 0021", SYN_V4),
        ("ff03 0057", SYN_V6),
        ("ff03 21", SYN_V4),
        ("0021", SYN_V4),
        ("57", SYN_V6),
        ("0f00 0800", SYN_V4),
        ("8f00 86dd", SYN_V6),
    ] {
        assert_eq!(read(Ppp, header, packet), Ok(1_000), "{header}");
    }
    for header in ["ff03 c021 01", "c021 01", "8021 01"] {
        assert_eq!(read(Ppp, header, ""), Err(Skip::PppControl), "{header}");
    }
}

#[test]
fn a_header_that_is_cut_is_truncated() {
    let whole = [
        (Cooked, [COOKED, "0800"].concat()),
        (Cooked2, ["0800", COOKED2_REST].concat()),
        (Loopback, "02000000".into()),
        (Ppp, "ff030021".into()),
    ];
    for (link, header) in whole {
        let bytes = frame(&header);
        for len in 0..=bytes.len() {
            let outcome = parse(&bytes[..len], LinkLayer::Captured(link));
            assert_eq!(outcome, Err(Skip::Truncated), "{link:?} {len}");
        }
    }
}
