//! Programs that a compiler never made, to see what is found in them.

use anyhow::{Context as _, Result};
use object::{
    Architecture, BinaryFormat, Endianness, SectionKind, SymbolFlags, SymbolKind, SymbolScope,
    write::{Object, Symbol, SymbolSection},
};

/// What every one is called.
pub(super) const NAME: &str = "forged";

/// Code, registers (source above destination), offset, immediate: little-endian, as the kernel has it here.
type Instruction = [u8; 8];

const EXIT: Instruction = [0x95, 0, 0, 0, 0, 0, 0, 0];
/// `r0 = 2`.
const PASS: Instruction = set(0, 2);
/// `r0 = 1`.
const DROP: Instruction = set(0, 1);
/// `if r1 == 0 goto +2`.
const PERHAPS_SKIP_TWO: Instruction = [0x15, 1, 2, 0, 0, 0, 0, 0];

/// A name, the section, and the instructions.
type Case = (&'static str, &'static str, &'static [Instruction]);

pub(super) const PASSING: [Case; 6] = [
    ("XDP that passes", "xdp", &[PASS, EXIT]),
    (
        "both branches",
        "xdp",
        &[PERHAPS_SKIP_TWO, PASS, EXIT, PASS, EXIT],
    ),
    (
        "a copy that calls keep",
        "xdp",
        &[set(6, 2), call(5), copy(0, 6), EXIT],
    ),
    (
        "a loop",
        "xdp",
        &[PASS, [0x15, 1, 0xfe, 0xff, 0, 0, 0, 0], EXIT],
    ),
    (
        "TC that passes, in 64 bits",
        "classifier",
        &[set(0, -1), EXIT],
    ),
    (
        "TC that passes, in 32 bits",
        "classifier",
        &[[0xb4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], EXIT],
    ),
];

pub(super) const NOT_PASSING: [Case; 14] = [
    ("XDP that drops", "xdp", &[DROP, EXIT]),
    ("XDP that aborts", "xdp", &[set(0, 0), EXIT]),
    (
        "drops on one branch",
        "xdp",
        &[PERHAPS_SKIP_TWO, PASS, EXIT, DROP, EXIT],
    ),
    (
        "drops where branches meet",
        "xdp",
        &[DROP, [0x15, 1, 1, 0, 0, 0, 0, 0], PASS, EXIT],
    ),
    ("returns what a helper does", "xdp", &[call(5), EXIT]),
    (
        "a helper on one branch",
        "xdp",
        &[PASS, [0x15, 1, 1, 0, 0, 0, 0, 0], call(5), EXIT],
    ),
    (
        "returns what a function does",
        "xdp",
        &[[0x85, 0x10, 0, 0, 1, 0, 0, 0], EXIT, PASS, EXIT],
    ),
    (
        "a copy of something else",
        "xdp",
        &[set(6, 1), copy(0, 6), EXIT],
    ),
    (
        "a copy that a call destroys",
        "xdp",
        &[set(3, 2), call(5), copy(0, 3), EXIT],
    ),
    ("a load", "xdp", &[[0x61, 0x10, 0, 0, 0, 0, 0, 0], EXIT]),
    ("a sum", "xdp", &[PASS, [0x07, 0, 0, 0, 0, 0, 0, 0], EXIT]),
    // `r0 = cmpxchg_64(r1 + 0, r0, r2)`.
    (
        "an exchange",
        "xdp",
        &[PASS, [0xdb, 0x21, 0, 0, 0xf1, 0, 0, 0], EXIT],
    ),
    ("nothing", "xdp", &[EXIT]),
    ("XDP's number in TC", "classifier", &[PASS, EXIT]),
];

pub(super) const CALLING: [(&str, &[Instruction]); 6] = [
    ("bpf_probe_read", &[call(4), PASS, EXIT]),
    ("bpf_probe_read_kernel", &[call(113), PASS, EXIT]),
    ("bpf_tail_call", &[call(12), PASS, EXIT]),
    (
        "bpf_xdp_adjust_head, in a function",
        &[[0x85, 0x10, 0, 0, 2, 0, 0, 0], PASS, EXIT, call(44), EXIT],
    ),
    (
        "a function of the kernel",
        &[[0x85, 0x20, 0, 0, 9, 0, 0, 0], PASS, EXIT],
    ),
    // `goto r1`.
    (
        "a jump nobody knows where",
        &[PASS, [0x0d, 1, 0, 0, 0, 0, 0, 0], EXIT],
    ),
];

/// The object of one program, and of a function behind it where it calls one.
pub(super) fn object(section: &str, instructions: &[Instruction]) -> Result<Vec<u8>> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::Bpf, Endianness::Little);
    let section = object.add_section(Vec::new(), section.into(), SectionKind::Text);
    let code = instructions.concat();
    object.append_section_data(section, &code, 8);
    let end = called(instructions).unwrap_or(instructions.len());
    for (name, start, end) in [(NAME, 0, end), ("function", end, instructions.len())] {
        object.add_symbol(Symbol {
            name: name.into(),
            value: 8 * start as u64,
            size: 8 * (end - start) as u64,
            kind: SymbolKind::Text,
            scope: SymbolScope::Linkage,
            weak: false,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        });
        if end == instructions.len() {
            break;
        }
    }
    object.write().context("a forged program")
}

/// Where the function begins that the first instruction calls.
fn called(instructions: &[Instruction]) -> Option<usize> {
    match instructions.first()? {
        [0x85, 0x10, _, _, distance, ..] => Some(1 + usize::from(*distance)),
        _ => None,
    }
}

/// `r = number`.
const fn set(register: u8, number: i32) -> Instruction {
    let [a, b, c, d] = number.to_le_bytes();
    [0xb7, register, 0, 0, a, b, c, d]
}

/// `to = from`.
const fn copy(to: u8, from: u8) -> Instruction {
    [0xbf, from << 4 | to, 0, 0, 0, 0, 0, 0]
}

/// Calls a helper.
const fn call(helper: u8) -> Instruction {
    [0x85, 0, 0, 0, helper, 0, 0, 0]
}
