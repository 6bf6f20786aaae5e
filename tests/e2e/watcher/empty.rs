//! An XDP program that passes every packet on and does nothing else: what XDP itself costs. Two instructions need no
//! compiler.

use anyhow::{Context as _, Result};
use aya::{
    Ebpf,
    programs::{Xdp, XdpMode},
};
use nix::net::if_::if_nametoindex;
use object::{
    Architecture, BinaryFormat, Endianness, SectionKind, SymbolFlags, SymbolKind, SymbolScope,
    write::{Object, Symbol, SymbolSection},
};

/// `r0 = XDP_PASS; exit`.
const PROGRAM: [u8; 16] = [0xb7, 0, 0, 0, 2, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0];
const NAME: &[u8] = b"pass";

/// Attaches it to `interface` of the calling thread's namespace. It goes when the value is dropped.
pub(super) fn attach(interface: &str, mode: XdpMode) -> Result<Ebpf> {
    let mut ebpf = Ebpf::load(&object()?)?;
    let program = ebpf.program_mut("pass").context("no program")?;
    let program: &mut Xdp = program.try_into()?;
    program.load()?;
    program.attach_to_if_index(if_nametoindex(interface)?, mode)?;
    Ok(ebpf)
}

/// The program as a compiler would hand it over.
fn object() -> Result<Vec<u8>> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::Bpf, Endianness::Little);
    let section = object.add_section(Vec::new(), b"xdp".to_vec(), SectionKind::Text);
    object.append_section_data(section, &PROGRAM, 8);
    object.add_symbol(Symbol {
        name: NAME.to_vec(),
        value: 0,
        size: PROGRAM.len() as u64,
        kind: SymbolKind::Text,
        scope: SymbolScope::Linkage,
        weak: false,
        section: SymbolSection::Section(section),
        flags: SymbolFlags::None,
    });
    object.write().context("the empty program")
}
