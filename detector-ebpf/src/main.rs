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

mod atomic;
mod clock;
mod count;
mod evidence;
mod load;
mod maps;
mod opaque;
mod packet;
mod room;
mod sets;
mod table;
mod yardstick;

use aya_ebpf::{
    EbpfContext,
    bindings::{TC_ACT_UNSPEC, xdp_action::XDP_PASS},
    macros::{classifier, xdp},
    programs::{TcContext, XdpContext},
};
use aya_log_ebpf::debug;
use detector_common::{flow::Direction, packet::parse_into, track, wire::link::LinkLayer};
use packet::{Copied, Header, Source};

/// WAN ingress of a device with Ethernet header.
#[xdp(frags)]
pub fn xdp_ethernet(ctx: XdpContext) -> u32 {
    on_xdp(&ctx, set_aside_ethernet)
}

/// WAN ingress of a device without link header.
#[xdp(frags)]
pub fn xdp_ip(ctx: XdpContext) -> u32 {
    on_xdp(&ctx, set_aside_ip)
}

/// WAN ingress where another program owns XDP, Ethernet header.
#[classifier]
pub fn in_ethernet(ctx: TcContext) -> i32 {
    on_tc(&ctx, set_aside_ethernet, Direction::In)
}

/// WAN ingress where another program owns XDP, no link header.
#[classifier]
pub fn in_ip(ctx: TcContext) -> i32 {
    on_tc(&ctx, set_aside_ip, Direction::In)
}

/// WAN egress of a device with Ethernet header.
#[classifier]
pub fn out_ethernet(ctx: TcContext) -> i32 {
    on_tc(&ctx, set_aside_ethernet, Direction::Out)
}

/// WAN egress of a device without link header.
#[classifier]
pub fn out_ip(ctx: TcContext) -> i32 {
    on_tc(&ctx, set_aside_ip, Direction::Out)
}

#[inline(always)]
fn on_xdp(ctx: &XdpContext, set_aside: impl Fn(&XdpContext, Copied) -> bool) -> u32 {
    if let Some(packet) = Copied::of(ctx) {
        count::packet(Direction::In);
        if set_aside(ctx, packet) {
            observe(Direction::In);
        }
    }
    XDP_PASS
}

#[inline(always)]
fn on_tc(
    ctx: &TcContext,
    set_aside: impl Fn(&TcContext, Copied) -> bool,
    direction: Direction,
) -> i32 {
    if let Some(packet) = Copied::of(ctx) {
        count::packet(direction);
        if set_aside(ctx, packet) {
            observe(direction);
        }
    }
    TC_ACT_UNSPEC
}

/// The steps are functions of their own, one after the other, which leave what they found in maps:
/// so they share the 512 bytes of stack and need not share them out, and the verifier walks the
/// sum of their paths and not the product.
#[inline(always)]
fn observe(direction: Direction) {
    if follow(direction) {
        account();
    }
}

#[inline(never)]
fn set_aside_ethernet(ctx: &(impl Source + EbpfContext), packet: Copied) -> bool {
    set_aside(ctx, packet, LinkLayer::Ethernet)
}

#[inline(never)]
fn set_aside_ip(ctx: &(impl Source + EbpfContext), packet: Copied) -> bool {
    set_aside(ctx, packet, LinkLayer::Ip)
}

/// Parses a packet into its room, and says whether it is one to follow.
#[inline(always)]
fn set_aside(ctx: &(impl Source + EbpfContext), packet: Copied, link: LinkLayer) -> bool {
    let Some(parsed) = room::parsed() else {
        return false;
    };
    match parse_into(parsed, Header::first(ctx, packet), link) {
        Ok(()) => true,
        Err(skip) => {
            count::skip(skip);
            if skip.is_malformed() {
                debug!(ctx, "malformed packet: skip {}", skip as u32);
            }
            false
        }
    }
}

#[inline(never)]
fn follow(direction: Direction) -> bool {
    let (Some(packet), Some(news)) = (room::packet(), room::news()) else {
        return false;
    };
    let circumstances = || (clock::now(), maps::TUNING.load());
    track::follow(&mut table::tables(), packet, direction, circumstances, news).is_some()
}

#[inline(never)]
fn account() {
    let (Some(packet), Some(news)) = (room::packet(), room::news()) else {
        return;
    };
    let tuning = maps::TUNING.load();
    track::account(&mut table::tables(), packet, news, &tuning);
}

#[cfg(not(test))]
#[panic_handler]
const fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    // The verifier refuses an endless loop, so a program that can panic does not load.
    loop {}
}

#[expect(unsafe_code, reason = "a name and a section that the kernel goes by")]
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
