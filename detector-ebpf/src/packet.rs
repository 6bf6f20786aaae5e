//! Bounds-checked reads of packet memory: the only place that touches it.

use aya_ebpf::{
    EbpfContext as _,
    helpers::{bpf_skb_load_bytes, bpf_xdp_get_buff_len},
    programs::{TcContext, XdpContext},
};
use detector_common::bytes::{HEADER_SPAN, PacketBytes};

use crate::{load::load, maps, opaque::opaque};

/// The linear part of an XDP frame. Headers lie in it; of a multi-buffer frame the rest does not.
pub(crate) struct XdpBytes<'a> {
    ctx: &'a XdpContext,
    data: usize,
    data_end: usize,
}

impl<'a> XdpBytes<'a> {
    #[inline(always)]
    pub(crate) fn new(ctx: &'a XdpContext) -> Self {
        Self {
            ctx,
            data: ctx.data(),
            data_end: ctx.data_end(),
        }
    }
}

impl PacketBytes for XdpBytes<'_> {
    #[inline(always)]
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        if offset.wrapping_add(N) > HEADER_SPAN {
            return None;
        }
        // The verifier proves the load from the comparison below, so both must use one register:
        // left alone, the compiler adds `data` to `offset + N` instead.
        let start = opaque(self.data.wrapping_add(offset));
        if start.wrapping_add(N) > self.data_end {
            return None;
        }
        // SAFETY: `start .. start + N` lies between `data` and `data_end`, as checked above.
        Some(unsafe { load(start as *const u8) })
    }

    #[inline(always)]
    fn total_len(&self) -> usize {
        // Not `data_end - data`: that is the linear part only, and a subtraction of packet
        // pointers costs CAP_PERFMON.
        // SAFETY: the context is the one this program was called with.
        let len = unsafe { bpf_xdp_get_buff_len(self.ctx.ctx) };
        len as usize
    }
}

/// Room for the headers of one packet. Twice the span, so that a read which begins within the
/// span ends within the room whatever its length.
pub(crate) type Scratch = [u8; 2 * HEADER_SPAN];

/// The headers of a socket buffer, copied out once: they need not lie in its linear part, and a
/// copy on the stack for each header would not fit there.
pub(crate) struct SkbBytes<'a> {
    ctx: &'a TcContext,
    headers: *const u8,
    len: usize,
}

impl<'a> SkbBytes<'a> {
    /// `None` where the packet is empty.
    #[inline(always)]
    pub(crate) fn new(ctx: &'a TcContext) -> Option<Self> {
        let scratch = maps::SCRATCH.get_ptr_mut(0)?;
        let len = opaque((ctx.len() as usize).min(HEADER_SPAN)) & (2 * HEADER_SPAN - 1);
        if len == 0 {
            return None;
        }
        // SAFETY: `scratch` is this CPU's own, nothing else runs on it until the program ends, and
        // `len` is at most its size.
        let failed = unsafe { bpf_skb_load_bytes(ctx.as_ptr(), 0, scratch.cast(), len as u32) };
        (failed == 0).then_some(Self {
            ctx,
            headers: scratch.cast(),
            len,
        })
    }
}

impl PacketBytes for SkbBytes<'_> {
    #[inline(always)]
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        if offset.wrapping_add(N) > self.len {
            return None;
        }
        let start = self
            .headers
            .wrapping_add(opaque(offset) & (HEADER_SPAN - 1));
        // SAFETY: `offset + N` is within the bytes copied, as checked above.
        Some(unsafe { load(start) })
    }

    #[inline(always)]
    fn total_len(&self) -> usize {
        self.ctx.len() as usize
    }
}
