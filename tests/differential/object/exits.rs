//! What a program returns: from each exit back, on every path, to whatever gave the register its value.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use aya_obj::generated::{
    BPF_ADD, BPF_ALU, BPF_ALU64, BPF_AND, BPF_ATOMIC, BPF_CALL, BPF_CMPXCHG, BPF_FETCH, BPF_JMP,
    BPF_LD, BPF_LDX, BPF_MOV, BPF_OR, BPF_STX, BPF_X, BPF_XOR, bpf_insn,
};
use detector_tests::bytecode::flow::{Code, class, is_wide, operation};

/// The register that holds what is returned.
const RETURNED: u8 = 0;
/// The last register that a call leaves without a value.
const LAST_SCRATCH: u8 = 5;
const MODE: u32 = 0xe0;
/// Atomic operations that change memory alone.
const MEMORY_ALONE: [u32; 4] = [BPF_ADD, BPF_OR, BPF_AND, BPF_XOR];

/// What may be returned, and which instruction made it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// Always the same, of which the kernel reads 32 bits.
    Constant {
        /// The instruction.
        at: usize,
        /// What it is.
        value: u32,
    },
    /// Whatever a call, a load or a calculation gave.
    Unknown {
        /// The instruction.
        at: usize,
    },
    /// What was there when the program began.
    Unset,
}

/// What an instruction does to one register.
enum Effect {
    None,
    Copies(u8),
    Sets(u32),
    Changes,
}

/// Everything that may be returned by the program, whose first instruction is the first.
pub(super) fn exits(code: Code<'_>) -> Result<BTreeSet<Exit>> {
    let reached = code.reached(0)?;
    let mut open = Vec::new();
    for at in reached.keys() {
        open.extend(code.is_exit(*at)?.then_some((*at, RETURNED)));
    }
    origins(code, &reached, open)
}

/// What a register may hold just before an instruction, for each of these.
fn origins(
    code: Code<'_>,
    reached: &BTreeMap<usize, BTreeSet<usize>>,
    mut open: Vec<(usize, u8)>,
) -> Result<BTreeSet<Exit>> {
    let mut origins = BTreeSet::new();
    let mut seen = BTreeSet::new();
    while let Some((before, register)) = open.pop() {
        if !seen.insert((before, register)) {
            continue;
        }
        origins.extend((before == 0).then_some(Exit::Unset));
        for &at in &reached[&before] {
            match effect(code.at(at)?, register) {
                Effect::None => open.push((at, register)),
                Effect::Copies(source) => open.push((at, source)),
                Effect::Sets(value) => _ = origins.insert(Exit::Constant { at, value }),
                Effect::Changes => _ = origins.insert(Exit::Unknown { at }),
            }
        }
    }
    Ok(origins)
}

/// What is not known to leave the register alone changes it.
fn effect(instruction: bpf_insn, register: u8) -> Effect {
    let is_destination = instruction.dst_reg() == register;
    let is_changed = match class(instruction) {
        BPF_ALU | BPF_ALU64 if is_destination => return assigned(instruction),
        BPF_LD if is_wide(instruction) && is_destination => return loaded(instruction),
        BPF_ALU | BPF_ALU64 | BPF_LDX => is_destination,
        // The old loads of packet bytes are calls in all but name.
        BPF_LD => !is_wide(instruction) && register <= LAST_SCRATCH,
        BPF_STX => is_fetched(instruction, register),
        BPF_JMP if operation(instruction) == BPF_CALL => register <= LAST_SCRATCH,
        _ => false,
    };
    if is_changed {
        Effect::Changes
    } else {
        Effect::None
    }
}

/// Of what a register is made by a calculation: only a move leaves no doubt. One with an offset extends a sign.
fn assigned(instruction: bpf_insn) -> Effect {
    if operation(instruction) != BPF_MOV || instruction.off != 0 {
        Effect::Changes
    } else if u32::from(instruction.code) & BPF_X == 0 {
        Effect::Sets(instruction.imm.cast_unsigned())
    } else {
        Effect::Copies(instruction.src_reg())
    }
}

/// A constant of 64 bits, unless it stands for a map or the like.
fn loaded(instruction: bpf_insn) -> Effect {
    if instruction.src_reg() == 0 {
        Effect::Sets(instruction.imm.cast_unsigned())
    } else {
        Effect::Changes
    }
}

/// Whether an atomic operation leaves in the register what it found.
fn is_fetched(instruction: bpf_insn, register: u8) -> bool {
    let operation = instruction.imm.cast_unsigned();
    let is_atomic = u32::from(instruction.code) & MODE == BPF_ATOMIC;
    if !is_atomic || MEMORY_ALONE.contains(&operation) {
        return false;
    }
    match operation {
        BPF_CMPXCHG => register == RETURNED,
        fetching if fetching & BPF_FETCH != 0 => register == instruction.src_reg(),
        _ => true,
    }
}
