//! What the programs are measured against: nothing at all, parsing alone, a flow counter, and a driver that gives each
//! run of a benchmark another connection. Never attached by the daemon.
//!
//! The driver writes addresses and ports into a frame and calls the program under test, which so runs unchanged
//! over as many connections as there are to be.

#![expect(unsafe_code, reason = "calls of the kernel")]
#![expect(clippy::missing_const_for_fn, reason = "the kernel calls them")]

mod flows;

use aya_ebpf::{
    bindings::{TC_ACT_UNSPEC, xdp_action::XDP_PASS},
    macros::{classifier, xdp},
    programs::{TcContext, XdpContext},
};
use detector_common::{
    drive::{Drive, Layout, OURS_LEN, REMOTE_LEN},
    flow::Direction,
};

use crate::{count, maps, opaque::opaque, packet::Copied, set_aside_ethernet};

/// Passes.
#[xdp(frags)]
pub fn empty_xdp(_ctx: XdpContext) -> u32 {
    XDP_PASS
}

/// Passes.
#[classifier]
pub fn empty_tc(_ctx: TcContext) -> i32 {
    TC_ACT_UNSPEC
}

/// Counts and parses as the programs do, and leaves it at that.
#[xdp(frags)]
pub fn parse_xdp(ctx: XdpContext) -> u32 {
    if let Some(packet) = Copied::of(&ctx) {
        count::packet(Direction::In);
        set_aside_ethernet(&ctx, packet);
    }
    XDP_PASS
}

/// The same.
#[classifier]
pub fn parse_tc(ctx: TcContext) -> i32 {
    if let Some(packet) = Copied::of(&ctx) {
        count::packet(Direction::Out);
        set_aside_ethernet(&ctx, packet);
    }
    TC_ACT_UNSPEC
}

/// Counts each packet for its connection, as exporters of flows do.
#[xdp(frags)]
pub fn flows_xdp(ctx: XdpContext) -> u32 {
    if let Some(packet) = Copied::of(&ctx)
        && set_aside_ethernet(&ctx, packet)
    {
        flows::count(Direction::In, packet.total_len());
    }
    XDP_PASS
}

/// The same.
#[classifier]
pub fn flows_tc(ctx: TcContext) -> i32 {
    if let Some(packet) = Copied::of(&ctx)
        && set_aside_ethernet(&ctx, packet)
    {
        flows::count(Direction::Out, packet.total_len());
    }
    TC_ACT_UNSPEC
}

/// Drives an XDP program.
#[xdp(frags)]
pub fn drive_xdp(ctx: XdpContext) -> u32 {
    address(ctx.data(), ctx.data_end());
    // SAFETY: nothing here has to be dropped.
    unsafe { maps::DRIVEN_XDP.tail_call(&ctx, 0) };
    XDP_PASS
}

/// Drives a TC program.
#[classifier]
pub fn drive_tc(ctx: TcContext) -> i32 {
    address(ctx.data(), ctx.data_end());
    // SAFETY: as above.
    unsafe { maps::DRIVEN_TC.tail_call(&ctx, 0) };
    TC_ACT_UNSPEC
}

/// Gives the frame the ends of the next connection.
#[inline(always)]
fn address(start: usize, end: usize) {
    let Some(drive) = maps::DRIVE.get_ptr_mut(0) else {
        return;
    };
    // SAFETY: the kernel returned a live value of this map, and one CPU drives.
    let drive: &mut Drive = unsafe { &mut *drive };
    let (remote, ours) = drive.next();
    match drive.layout() {
        Layout::Out4 => write::<30, 34>(start, end, remote, ours),
        Layout::In4 => write::<26, 36>(start, end, remote, ours),
        Layout::Out6 => write::<42, 54>(start, end, remote, ours),
        Layout::In6 => write::<26, 56>(start, end, remote, ours),
        Layout::Fixed => {}
    }
}

/// Writes what tells connections apart at the given offsets, where the frame is so long.
#[inline(always)]
fn write<const REMOTE_AT: usize, const OURS_AT: usize>(
    start: usize,
    end: usize,
    remote: [u8; REMOTE_LEN],
    ours: [u8; OURS_LEN],
) {
    if start + OURS_AT + OURS_LEN > end {
        return;
    }
    let (remote_at, ours_at) = (opaque(start + REMOTE_AT), opaque(start + OURS_AT));
    for (index, octet) in remote.into_iter().enumerate() {
        // SAFETY: before the last octet written, which was checked; a packet may be written.
        unsafe { *((remote_at + index) as *mut u8) = octet };
    }
    for (index, octet) in ours.into_iter().enumerate() {
        // SAFETY: checked above.
        unsafe { *((ours_at + index) as *mut u8) = octet };
    }
}
