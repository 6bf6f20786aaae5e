//! Programs for the kernel of two instructions: answer, and be done. They stand for other people's, and need no compiler.

use anyhow::Context as _;
use object::{
    Architecture, BinaryFormat, Endianness, SectionKind, SymbolFlags, SymbolKind, SymbolScope,
    write::{Object, Symbol, SymbolSection},
};

/// A program of its own object.
#[derive(Clone, Copy, Debug)]
pub struct Bare<'a> {
    /// What the kernel calls it: fifteen bytes at most.
    pub name: &'a str,
    /// What it is for, in the words of loaders: `xdp`, `classifier`.
    pub section: &'a str,
    /// What it says of each packet.
    pub answer: i32,
}

impl Bare<'_> {
    /// The object, as a compiler would hand it over.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn object(self) -> anyhow::Result<Vec<u8>> {
        let mut object = Object::new(BinaryFormat::Elf, Architecture::Bpf, Endianness::Little);
        let name = self.section.as_bytes().to_vec();
        let section = object.add_section(Vec::new(), name, SectionKind::Text);
        let code = self.code();
        object.append_section_data(section, &code, 8);
        object.add_symbol(Symbol {
            name: self.name.as_bytes().to_vec(),
            value: 0,
            size: code.len() as u64,
            kind: SymbolKind::Text,
            scope: SymbolScope::Linkage,
            weak: false,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        });
        object.write().context("a program of two instructions")
    }

    /// `r0 = answer; exit`.
    fn code(self) -> [u8; 16] {
        let mut code = [0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0];
        code[4..8].copy_from_slice(&self.answer.to_le_bytes());
        code
    }
}
