//! Where control goes in a program. What cannot be told from the instruction alone is refused.
//!
//! Must not know: what registers hold.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use aya_obj::generated::{
    BPF_CALL, BPF_DW, BPF_EXIT, BPF_IMM, BPF_JA, BPF_JCOND, BPF_JEQ, BPF_JLT, BPF_JMP, BPF_JMP32,
    BPF_JSGE, BPF_LD, BPF_PSEUDO_CALL, BPF_PSEUDO_FUNC, BPF_X, bpf_insn,
};

const CLASS: u32 = 0x07;
const OPERATION: u32 = 0xf0;
const LOAD_OF_TWO: u32 = BPF_LD | BPF_IMM | BPF_DW;

/// The instructions of a program, and behind them those of the functions that it calls.
#[derive(Clone, Copy)]
pub struct Code<'a>(pub &'a [bpf_insn]);

/// What a call is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A function of the same object, which begins there.
    Function(usize),
    /// A helper of the kernel, by number.
    Helper(i32),
    /// Anything else, by its source register: a function that the kernel's type information names, or nothing known.
    Other(u8),
}

/// Class of an instruction.
pub fn class(instruction: bpf_insn) -> u32 {
    u32::from(instruction.code) & CLASS
}

/// Operation of an instruction, where its class has any.
pub fn operation(instruction: bpf_insn) -> u32 {
    u32::from(instruction.code) & OPERATION
}

/// Whether it loads 64 bits, of which the second half lies where the next instruction would.
pub fn is_wide(instruction: bpf_insn) -> bool {
    u32::from(instruction.code) == LOAD_OF_TWO
}

impl Code<'_> {
    /// One instruction.
    ///
    /// # Errors
    /// Where control leaves the program there.
    pub fn at(self, at: usize) -> Result<bpf_insn> {
        let instruction = self.0.get(at).copied();
        instruction.with_context(|| format!("control leaves the program at {at}"))
    }

    /// Whether the program ends there, or a function of it.
    ///
    /// # Errors
    /// The same.
    pub fn is_exit(self, at: usize) -> Result<bool> {
        Ok(u32::from(self.at(at)?.code) == BPF_JMP | BPF_EXIT)
    }

    /// What is called or referred to there.
    ///
    /// # Errors
    /// The same, or where it leads before the program.
    pub fn callee(self, at: usize) -> Result<Option<Callee>> {
        let instruction = self.at(at)?;
        let code = u32::from(instruction.code);
        let source = instruction.src_reg();
        Ok(match (code, u32::from(source)) {
            (LOAD_OF_TWO, BPF_PSEUDO_FUNC) => Some(Callee::Function(target(at, instruction.imm)?)),
            (it, BPF_PSEUDO_CALL) if it == BPF_JMP | BPF_CALL => {
                Some(Callee::Function(target(at, instruction.imm)?))
            }
            (it, 0) if it == BPF_JMP | BPF_CALL => Some(Callee::Helper(instruction.imm)),
            (it, _) if it & !BPF_X == BPF_JMP | BPF_CALL => Some(Callee::Other(source)),
            _ => None,
        })
    }

    /// Where control may go from there within one function: a call returns.
    ///
    /// # Errors
    /// The same, or where it jumps by a register.
    pub fn next(self, at: usize) -> Result<Vec<usize>> {
        let instruction = self.at(at)?;
        let behind = at + if is_wide(instruction) { 2 } else { 1 };
        let (class, operation) = (class(instruction), operation(instruction));
        if class != BPF_JMP && class != BPF_JMP32 {
            return Ok(vec![behind]);
        }
        let is_by_register = u32::from(instruction.code) & BPF_X != 0;
        Ok(match (operation, class) {
            (BPF_EXIT, BPF_JMP) => vec![],
            (BPF_CALL, BPF_JMP) => vec![behind],
            (BPF_JA, BPF_JMP) if !is_by_register => vec![target(at, instruction.off.into())?],
            (BPF_JA, BPF_JMP32) if !is_by_register => vec![target(at, instruction.imm)?],
            (BPF_JEQ..=BPF_JSGE | BPF_JLT..=BPF_JCOND, _) => {
                vec![behind, target(at, instruction.off.into())?]
            }
            _ => bail!("{:#04x} at {at} jumps nobody knows where", instruction.code),
        })
    }

    /// Each instruction that control reaches from `start` within one function, and from where it comes there.
    ///
    /// # Errors
    /// The same.
    pub fn reached(self, start: usize) -> Result<BTreeMap<usize, BTreeSet<usize>>> {
        let mut reached = BTreeMap::from([(start, BTreeSet::new())]);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for next in self.next(at)? {
                if !reached.contains_key(&next) {
                    open.push(next);
                }
                reached.entry(next).or_default().insert(at);
            }
        }
        Ok(reached)
    }
}

/// Jumps count from the instruction behind them.
fn target(at: usize, distance: i32) -> Result<usize> {
    let target = isize::try_from(distance)
        .ok()
        .and_then(|distance| (at + 1).checked_add_signed(distance));
    target.with_context(|| format!("the instruction at {at} leads before the program"))
}
