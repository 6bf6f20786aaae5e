//! The kernel side: XDP and TC entry points around `detector_common::track`.
//!
//! Glue only: it decides nothing, and every exit passes the packet. One entry point for each hook
//! and link layer, so that the link layer is a constant to the compiler; user space loads the
//! ones its interfaces need. All share the maps.

#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]
#![expect(
    missing_docs,
    unreachable_pub,
    reason = "what the entry point macros write is public, to the kernel alone, and has no docs"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "the signature that the entry point macros want"
)]
#![expect(
    clippy::cast_possible_truncation,
    reason = "lengths and indices of a packet fit 32 bits, and usize has 64 on this target"
)]

mod clock;
mod count;
mod load;
mod maps;
mod opaque;
mod packet;
mod table;

use aya_ebpf::{
    EbpfContext,
    bindings::{TC_ACT_UNSPEC, xdp_action::XDP_PASS},
    macros::{classifier, xdp},
    programs::{TcContext, XdpContext},
};
use aya_log_ebpf::debug;
use detector_common::{
    bytes::PacketBytes,
    flow::Direction,
    packet::{Packet, parse},
    track::track,
    wire::link::LinkLayer,
};
use packet::Headers;

/// WAN ingress of a device with Ethernet header.
#[xdp(frags)]
pub fn xdp_ethernet(ctx: XdpContext) -> u32 {
    on_xdp(&ctx, LinkLayer::Ethernet)
}

/// WAN ingress of a device without link header.
#[xdp(frags)]
pub fn xdp_ip(ctx: XdpContext) -> u32 {
    on_xdp(&ctx, LinkLayer::Ip)
}

/// WAN ingress where another program owns XDP, Ethernet header.
#[classifier]
pub fn in_ethernet(ctx: TcContext) -> i32 {
    on_tc(&ctx, LinkLayer::Ethernet, Direction::In)
}

/// WAN ingress where another program owns XDP, no link header.
#[classifier]
pub fn in_ip(ctx: TcContext) -> i32 {
    on_tc(&ctx, LinkLayer::Ip, Direction::In)
}

/// WAN egress of a device with Ethernet header.
#[classifier]
pub fn out_ethernet(ctx: TcContext) -> i32 {
    on_tc(&ctx, LinkLayer::Ethernet, Direction::Out)
}

/// WAN egress of a device without link header.
#[classifier]
pub fn out_ip(ctx: TcContext) -> i32 {
    on_tc(&ctx, LinkLayer::Ip, Direction::Out)
}

#[inline(always)]
fn on_xdp(ctx: &XdpContext, link: LinkLayer) -> u32 {
    if let Some(bytes) = Headers::of_frame(ctx) {
        observe(ctx, &bytes, link, Direction::In);
    }
    XDP_PASS
}

#[inline(always)]
fn on_tc(ctx: &TcContext, link: LinkLayer, direction: Direction) -> i32 {
    if let Some(bytes) = Headers::of_skb(ctx) {
        observe(ctx, &bytes, link, direction);
    }
    TC_ACT_UNSPEC
}

#[inline(always)]
fn observe(
    ctx: &impl EbpfContext,
    bytes: &impl PacketBytes,
    link: LinkLayer,
    direction: Direction,
) {
    count::packet(direction);
    match parse(bytes, link) {
        Ok(packet) => {
            if let Some(packet) = packet::set_aside(&packet) {
                follow(packet, direction);
            }
        }
        Err(skip) => {
            count::skip(skip);
            if skip.is_malformed() {
                debug!(ctx, "malformed packet: skip {}", skip as u32);
            }
        }
    }
}

/// A function of its own, so that it does not share the 512 bytes of stack with the parser.
#[inline(never)]
fn follow(packet: &Packet, direction: Direction) {
    let tuning = maps::TUNING.load();
    track(
        &mut table::tables(),
        packet,
        direction,
        clock::now(),
        &tuning,
    );
}

#[cfg(not(test))]
#[panic_handler]
const fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    // The verifier refuses an endless loop, so a program that can panic does not load.
    loop {}
}

#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
