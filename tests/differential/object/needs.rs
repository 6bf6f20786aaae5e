//! What a program asks of the kernel: which helpers it and its functions can call.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use aya_obj::generated::{
    BPF_PSEUDO_BTF_ID,
    bpf_func_id::{
        self, BPF_FUNC_ktime_get_ns, BPF_FUNC_map_lookup_elem, BPF_FUNC_map_pop_elem,
        BPF_FUNC_map_push_elem, BPF_FUNC_ringbuf_discard, BPF_FUNC_ringbuf_output,
        BPF_FUNC_ringbuf_reserve, BPF_FUNC_ringbuf_submit, BPF_FUNC_skb_load_bytes,
        BPF_FUNC_xdp_get_buff_len, BPF_FUNC_xdp_load_bytes,
    },
};
use detector_tests::bytecode::flow::{Callee, Code, is_wide};

/// Helpers that read: maps, the clock, and copies of packet bytes. None of them changes or sends a packet, ends in
/// another program, or probes memory, which a kernel under lockdown refuses.
pub(super) const READS: [i32; 11] = [
    number(BPF_FUNC_map_lookup_elem),
    number(BPF_FUNC_ktime_get_ns),
    number(BPF_FUNC_skb_load_bytes),
    number(BPF_FUNC_map_push_elem),
    number(BPF_FUNC_map_pop_elem),
    number(BPF_FUNC_ringbuf_output),
    number(BPF_FUNC_ringbuf_reserve),
    number(BPF_FUNC_ringbuf_submit),
    number(BPF_FUNC_ringbuf_discard),
    number(BPF_FUNC_xdp_get_buff_len),
    number(BPF_FUNC_xdp_load_bytes),
];

/// The numbers of all helpers that the program or a function of it can call.
///
/// # Errors
/// Where it calls or reads something that only the kernel's type information names.
pub(super) fn calls(code: Code<'_>) -> Result<BTreeSet<i32>> {
    let mut helpers = BTreeSet::new();
    let mut known = BTreeSet::from([0]);
    let mut open = vec![0];
    while let Some(function) = open.pop() {
        for at in code.reached(function)?.into_keys() {
            refuse_kernel_types(code, at)?;
            match code.callee(at)? {
                Some(Callee::Helper(number)) => _ = helpers.insert(number),
                Some(Callee::Function(start)) => {
                    open.extend(known.insert(start).then_some(start));
                }
                Some(Callee::Other(kind)) => bail!("the call at {at} is of kind {kind}"),
                None => {}
            }
        }
    }
    Ok(helpers)
}

fn refuse_kernel_types(code: Code<'_>, at: usize) -> Result<()> {
    let instruction = code.at(at)?;
    if is_wide(instruction) && u32::from(instruction.src_reg()) == BPF_PSEUDO_BTF_ID {
        bail!("the load at {at} is of a variable of the kernel");
    }
    Ok(())
}

const fn number(helper: bpf_func_id) -> i32 {
    helper as i32
}
