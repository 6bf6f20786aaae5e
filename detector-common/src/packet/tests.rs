//! Frames as they are on the wire, and what the parser makes of them.

mod agreement;
mod built;
mod captured;
mod icmp;
mod ip4;
mod ip6;
mod link;
mod no_ip;
mod plan;
mod robustness;
mod span;
mod transport;

use std::vec::Vec;

use super::*;

/// The octets of a frame written in hex, a header a line; behind the bar stands what they mean.
fn frame(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .lines()
        .filter_map(|line| line.split('|').next())
        .flat_map(str::bytes)
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(hex_digit)
        .collect();
    assert!(digits.len().is_multiple_of(2), "half an octet in: {text}");
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

fn hex_digit(byte: u8) -> u8 {
    let digit = char::from(byte).to_digit(16);
    u8::try_from(digit.expect("a hex digit")).unwrap()
}

fn parsed(link: LinkLayer, text: &str) -> Result<Packet, Skip> {
    parse(frame(text).as_slice(), link)
}

/// Raw IP frames and why they are not followed.
fn assert_skipped(cases: &[(&str, &str, Skip)]) {
    for (name, text, skip) in cases {
        assert_eq!(parsed(LinkLayer::Ip, text), Err(*skip), "{name}");
    }
}

fn tcp(packet: &Packet) -> tcp::Segment {
    *packet.tcp().expect("a TCP segment")
}
