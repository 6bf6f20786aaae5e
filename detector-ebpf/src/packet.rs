//! Bounds-checked reads of packet memory: the only place that touches it.
//!
//! The headers are copied out of the packet once and read from the copy: they need not lie in the
//! linear part of a socket buffer, a copy on the stack for each header would not fit there, and a
//! packet pointer plus a variable costs `CAP_PERFMON`.

use core::ffi::c_void;

use aya_ebpf::{
    EbpfContext as _,
    cty::c_long,
    helpers::{bpf_skb_load_bytes, bpf_xdp_get_buff_len, bpf_xdp_load_bytes},
    programs::{TcContext, XdpContext},
};
use detector_common::bytes::{HEADER_SPAN, PacketBytes};

use crate::{
    load::load,
    maps::{self, Scratch},
    opaque::opaque,
};

/// The first bytes of a packet.
pub(crate) struct Headers {
    start: *const u8,
    len: usize,
    total_len: usize,
    zero: usize,
}

impl Headers {
    /// Of an XDP frame, in however many buffers; `None` where it is empty.
    #[inline(always)]
    pub(crate) fn of_frame(ctx: &XdpContext) -> Option<Self> {
        // Not `data_end - data`: that is the first buffer only, and a subtraction of packet
        // pointers costs `CAP_PERFMON`.
        // SAFETY: the context is the one this program was called with.
        let total_len = unsafe { bpf_xdp_get_buff_len(ctx.ctx) };
        Self::copy(total_len as usize, |room, len| {
            // SAFETY: as above, and `len` bytes fit the room.
            unsafe { bpf_xdp_load_bytes(ctx.ctx, 0, room, len) }
        })
    }

    /// Of a socket buffer; `None` where it is empty.
    #[inline(always)]
    pub(crate) fn of_skb(ctx: &TcContext) -> Option<Self> {
        Self::copy(ctx.len() as usize, |room, len| {
            // SAFETY: the context is the one this program was called with, and `len` bytes fit
            // the room.
            unsafe { bpf_skb_load_bytes(ctx.as_ptr(), 0, room, len) }
        })
    }

    #[inline(always)]
    fn copy(total_len: usize, load: impl FnOnce(*mut c_void, u32) -> c_long) -> Option<Self> {
        let room = maps::SCRATCH.get_ptr_mut(0)?;
        // The mask changes nothing; it shows the verifier the bound.
        let len = opaque(total_len.min(HEADER_SPAN)) & (2 * HEADER_SPAN - 1);
        if len == 0 || load(room.cast(), len as u32) != 0 {
            return None;
        }
        Some(Self {
            start: room.cast(),
            len,
            total_len,
            zero: unknown_zero(room),
        })
    }
}

impl PacketBytes for Headers {
    #[inline(always)]
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        if offset.wrapping_add(N) > self.len {
            return None;
        }
        let start = self.start.wrapping_add(self.blur(offset));
        // SAFETY: `offset + N` is within the bytes copied, as checked above.
        Some(unsafe { load(start) })
    }

    #[inline(always)]
    fn total_len(&self) -> usize {
        self.total_len
    }

    #[inline(always)]
    fn blur(&self, offset: usize) -> usize {
        opaque(offset.wrapping_add(self.zero)) & (HEADER_SPAN - 1)
    }
}

/// The last octet of the room, which nothing ever writes: a zero that the verifier cannot know.
///
/// Without `CAP_PERFMON` it masks pointer arithmetic against speculation, and refuses an addition
/// whose constant differs from path to path. Added to an offset, the zero makes all paths one.
#[inline(always)]
fn unknown_zero(room: *const Scratch) -> usize {
    // SAFETY: the octet lies within the room.
    let [.., zero] = unsafe { &*room };
    usize::from(*zero)
}
