//! Bounds-checked reads of packet memory: the only place that touches it.
//!
//! The first bytes are copied out of the packet once and read from the copy: they need not lie in the
//! linear part of a socket buffer, and a copy on the stack for each header would not fit there. There
//! nearly every header lies at a constant offset. One that does not is copied to a room of its own: a
//! pointer plus a variable makes the verifier, where `CAP_PERFMON` is missing, compare all numbers
//! exactly wherever paths meet, and give up.

#![expect(unsafe_code, reason = "packet memory")]

use core::ffi::c_void;

use aya_ebpf::{
    EbpfContext as _,
    cty::c_long,
    helpers::{bpf_skb_load_bytes, bpf_xdp_get_buff_len, bpf_xdp_load_bytes},
    programs::{TcContext, XdpContext},
};
use detector_common::{
    bytes::{HEADER_SPAN, HeaderBytes},
    skip::Skip,
};

use crate::{
    load::load,
    maps::{self, ROOM},
    opaque::opaque,
};

/// The room of the first bytes, and that of whatever header lies elsewhere.
const FIRST: u32 = 0;
const OTHER: u32 = 1;

/// What a program is called with.
pub(crate) trait Source {
    /// Length of the packet.
    fn total_len(&self) -> usize;

    /// Copies `len` bytes from `offset` to where they fit; 0 where it could.
    fn load(&self, offset: u32, to: *mut c_void, len: u32) -> c_long;
}

impl Source for XdpContext {
    /// Not `data_end - data`: that is the first buffer only, and a subtraction of packet pointers
    /// costs `CAP_PERFMON`.
    #[inline(always)]
    fn total_len(&self) -> usize {
        // SAFETY: the context is the one this program was called with.
        unsafe { bpf_xdp_get_buff_len(self.ctx) as usize }
    }

    #[inline(always)]
    fn load(&self, offset: u32, to: *mut c_void, len: u32) -> c_long {
        // SAFETY: as above, and the caller has room for `len` bytes.
        unsafe { bpf_xdp_load_bytes(self.ctx, offset, to, len) }
    }
}

impl Source for TcContext {
    #[inline(always)]
    fn total_len(&self) -> usize {
        self.len() as usize
    }

    #[inline(always)]
    fn load(&self, offset: u32, to: *mut c_void, len: u32) -> c_long {
        // SAFETY: as above.
        unsafe { bpf_skb_load_bytes(self.as_ptr(), offset, to, len) }
    }
}

/// A packet whose first bytes are in their room. Two words, which pass from step to step in registers.
#[derive(Clone, Copy)]
pub(crate) struct Copied {
    start: *const u8,
    total_len: usize,
}

impl Copied {
    /// Copies; `None` where the packet is empty.
    #[inline(always)]
    pub(crate) fn of(source: &impl Source) -> Option<Self> {
        let total_len = source.total_len();
        Some(Self {
            start: copy(source, 0, total_len, FIRST)?,
            total_len,
        })
    }

    /// Length of the packet.
    #[inline(always)]
    pub(crate) const fn total_len(self) -> usize {
        self.total_len
    }
}

/// One header, and what follows it.
pub(crate) struct Header<'a, S> {
    source: &'a S,
    packet: Copied,
    start: *const u8,
    at: usize,
}

// Not derived: that would ask the same of `S`.
impl<S> Clone for Header<'_, S> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Header<'_, S> {}

impl<'a, S: Source> Header<'a, S> {
    /// The first one.
    #[inline(always)]
    pub(crate) const fn first(source: &'a S, packet: Copied) -> Self {
        Self {
            source,
            packet,
            start: packet.start,
            at: 0,
        }
    }
}

impl<S: Source> HeaderBytes for Header<'_, S> {
    #[inline(always)]
    fn read<const N: usize>(self, offset: usize) -> Option<[u8; N]> {
        if self.at.wrapping_add(offset).wrapping_add(N) > self.packet.total_len.min(HEADER_SPAN) {
            return None;
        }
        // SAFETY: a header has constant offsets, and lies at one; the verifier checks them.
        Some(unsafe { load(self.start.wrapping_add(offset)) })
    }

    #[inline(always)]
    fn at(self) -> usize {
        self.at
    }

    #[inline(always)]
    fn remaining_len(self) -> usize {
        self.packet.total_len.saturating_sub(self.at)
    }

    #[inline(always)]
    fn behind<const USUAL: usize>(self, len: usize) -> Result<Self, Skip> {
        let at = self.at.wrapping_add(len);
        if at >= HEADER_SPAN {
            return Err(Skip::Truncated);
        }
        let start = if len == USUAL {
            beyond::<USUAL>(self.start)
        } else if at < self.packet.total_len {
            copy_other(self.source, at, self.packet.total_len).ok_or(Skip::Truncated)?
        } else {
            // Nothing is there to be read.
            self.start
        };
        let at = opaque(at.wrapping_add(unknown_zero(self.packet.start))) & (HEADER_SPAN - 1);
        Ok(Self { start, at, ..self })
    }
}

/// A pointer so much further. Opaque, or where two paths meet the compiler adds what their pointers differ by to what
/// they have in common: a variable.
#[inline(always)]
fn beyond<const USUAL: usize>(start: *const u8) -> *const u8 {
    opaque(start.wrapping_add(USUAL) as usize) as *const u8
}

/// The last octet of a room, which nothing ever writes: a zero that the verifier cannot know. Added to an offset, it
/// makes all paths one that lead to a header, however far from the beginning.
#[inline(always)]
fn unknown_zero(room: *const u8) -> usize {
    // SAFETY: the octet lies within the room.
    usize::from(unsafe { *room.wrapping_add(2 * ROOM - 1) })
}

/// Copies what fits of the bytes from `at` on to the room of the first, or that of the others.
#[inline(always)]
fn copy(source: &impl Source, at: usize, total_len: usize, room: u32) -> Option<*const u8> {
    let room = maps::SCRATCH.get_ptr_mut(room)?.cast::<u8>();
    fill(source, at, total_len, room).then_some(room.cast_const())
}

/// The same where it is seldom, and so out of the way. The pointer does not come out of the function that fills: the
/// verifier would look for it on the path, which a processor may take, where there is none.
#[inline(always)]
fn copy_other(source: &impl Source, at: usize, total_len: usize) -> Option<*const u8> {
    let room = maps::SCRATCH.get_ptr_mut(OTHER)?.cast::<u8>();
    fill_seldom(source, at, total_len, room).then_some(room.cast_const())
}

#[inline(never)]
fn fill_seldom(source: &impl Source, at: usize, total_len: usize, room: *mut u8) -> bool {
    fill(source, at, total_len, room)
}

#[inline(always)]
fn fill(source: &impl Source, at: usize, total_len: usize, room: *mut u8) -> bool {
    if at >= total_len {
        return false;
    }
    // The mask changes nothing; with it the verifier sees both bounds. Before Linux 6.8 it would not believe a mere
    // comparison that the length is not zero, which `bpf_skb_load_bytes` refuses.
    let last = opaque(total_len.wrapping_sub(at).min(ROOM).wrapping_sub(1)) & (ROOM - 1);
    source.load(at as u32, room.cast(), last as u32 + 1) == 0
}
