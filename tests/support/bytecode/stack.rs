//! How deep a program's stack gets: what its function uses of it, and the deepest of those that it calls.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use aya_obj::generated::{BPF_ADD, BPF_ALU64, BPF_LDX, BPF_MOV, BPF_ST, BPF_STX, BPF_X, bpf_insn};

use super::flow::{Callee, Code, class};

/// The register that points behind the last byte of a function's part.
const FRAME: u8 = 10;
/// What the kernel allows one call after the other.
const DEEPEST: usize = 8;

/// Bytes, with the entry point's own.
///
/// # Errors
/// Where control goes nobody knows where, or functions call each other deeper than the kernel allows.
pub fn depth_bytes(code: Code<'_>) -> Result<u32> {
    deepest(code, 0, 0)
}

fn deepest(code: Code<'_>, start: usize, calls: usize) -> Result<u32> {
    ensure!(calls < DEEPEST, "more than {DEEPEST} calls in each other");
    let reached = code.reached(start)?;
    let mut below = BTreeMap::new();
    let mut own = 0;
    for at in reached.into_keys() {
        own = own.max(offset(code, at)?);
        if let Some(Callee::Function(callee)) = code.callee(at)? {
            below.insert(callee, deepest(code, callee, calls + 1)?);
        }
    }
    Ok(own + below.into_values().max().unwrap_or(0))
}

/// How far below the frame this instruction reaches: it reads or writes there, or makes a pointer with the next one.
fn offset(code: Code<'_>, at: usize) -> Result<u32> {
    let instruction = code.at(at)?;
    let reaches = match class(instruction) {
        BPF_LDX if instruction.src_reg() == FRAME => instruction.off.into(),
        BPF_ST | BPF_STX if instruction.dst_reg() == FRAME => instruction.off.into(),
        BPF_ALU64 if is(instruction, BPF_MOV | BPF_X) && instruction.src_reg() == FRAME => {
            let next = code.at(at + 1)?;
            let is_moved = is(next, BPF_ADD) && next.dst_reg() == instruction.dst_reg();
            if is_moved { next.imm } else { 0 }
        }
        _ => 0,
    };
    Ok(u32::try_from(-reaches).unwrap_or(0))
}

fn is(instruction: bpf_insn, operation: u32) -> bool {
    u32::from(instruction.code) == BPF_ALU64 | operation
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code, registers (source above destination), offset, immediate.
    fn instruction(code: u8, registers: u8, off: i16, imm: i32) -> bpf_insn {
        bpf_insn {
            code,
            _bitfield_align_1: [],
            _bitfield_1: bpf_insn::new_bitfield_1(registers & 0x0f, registers >> 4),
            off,
            imm,
        }
    }

    #[test]
    fn the_deepest_function_counts_with_its_caller() {
        let program = [
            // Writes 8 bytes at -16, makes a pointer to -24, calls the function behind, and ends.
            instruction(0x7b, 0x1a, -16, 0),
            instruction(0xbf, 0xa2, 0, 0),
            instruction(0x07, 0x02, 0, -24),
            instruction(0x85, 0x10, 0, 1),
            instruction(0x95, 0, 0, 0),
            // Reads at -40, and ends.
            instruction(0x79, 0xa0, -40, 0),
            instruction(0x95, 0, 0, 0),
        ];
        assert_eq!(depth_bytes(Code(&program)).unwrap(), 24 + 40);
    }

    #[test]
    fn a_function_that_calls_itself_is_refused() {
        let program = [instruction(0x85, 0x10, 0, -1), instruction(0x95, 0, 0, 0)];
        assert!(depth_bytes(Code(&program)).is_err());
    }
}
