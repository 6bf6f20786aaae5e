//! pcapng: sections, interfaces and packet blocks
//! (<https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/>).
//!
//! Blocks are cut out of the stream here, so that a length that lies costs no memory; what is in
//! one, pcap-parser reads.

mod interface;

use detector_common::time::Nanos;
use pcap_parser::pcapng::{
    Block, EnhancedPacketBlock, SimplePacketBlock, UnknownBlock, parse_block_be, parse_block_le,
};

use self::interface::Interface;
use super::{MAX_PACKET, Record, Stop, input::Input};

const SECTION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
const LITTLE_ENDIAN: [u8; 4] = [0x4d, 0x3c, 0x2b, 0x1a];
const BIG_ENDIAN: [u8; 4] = [0x1a, 0x2b, 0x3c, 0x4d];
/// Type, length, and the length again.
const FRAME_LEN: usize = 12;
/// A packet and its options.
const MAX_BLOCK: usize = MAX_PACKET + 64 * 1024;
/// Interfaces of one section; more are no capture that anybody made.
const MAX_INTERFACES: usize = 65_536;
/// Blocks that are looked into: an interface, and packets in three forms. The obsolete one is what
/// the packet block was before it was enhanced.
const INTERFACE: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const OBSOLETE_PACKET_LEN: usize = 20;

pub(super) fn is_magic(magic: [u8; 4]) -> bool {
    magic == SECTION
}

/// A pcapng capture.
pub(super) struct PcapNg<'a> {
    pub(super) input: Input<'a>,
    is_big_endian: bool,
    interfaces: Vec<Interface>,
    /// Time of the latest packet, which stands in where a block has none.
    latest: Nanos,
    block: Vec<u8>,
}

impl<'a> PcapNg<'a> {
    pub(super) const fn new(input: Input<'a>) -> Self {
        Self {
            input,
            is_big_endian: false,
            interfaces: Vec::new(),
            latest: Nanos(0),
            block: Vec::new(),
        }
    }

    pub(super) fn read(&mut self, record: &mut Record) -> Result<(), Stop> {
        loop {
            let begun = self.input.offset();
            self.read_block(begun)?;
            let block = std::mem::take(&mut self.block);
            let is_packet = self.understand(&block, record);
            self.block = block;
            match is_packet {
                Ok(true) => {
                    self.latest = record.at;
                    return Ok(());
                }
                Ok(false) => {}
                Err(what) => return Err(Stop::Flaw(begun, what)),
            }
        }
    }

    /// Reads the next block that is not too long, whole.
    fn read_block(&mut self, begun: u64) -> Result<(), Stop> {
        let mut frame = [0; FRAME_LEN];
        self.input.read(&mut frame[..8])?;
        let is_section = frame.starts_with(&SECTION);
        let mut head = 8;
        if is_section {
            self.input.read_rest(&mut frame[8..], begun)?;
            head = FRAME_LEN;
            self.begin_section(&frame, begun)?;
        }
        let len = self.number(&frame, 4) as usize;
        if len < FRAME_LEN || (is_section && len < 28) {
            let what = format!("a block of {len} bytes");
            return Err(Stop::Damage(begun, what));
        }
        if len > MAX_BLOCK {
            let what = format!("a block of {len} bytes, of at most {MAX_BLOCK}, is left out");
            self.input.pass_over((len - head) as u64);
            return Err(Stop::Flaw(begun, what));
        }
        self.block.clear();
        self.block.extend_from_slice(&frame[..head]);
        self.block.resize(len, 0);
        self.input.read_rest(&mut self.block[head..], begun)?;
        if self.number(&self.block, len - 4) as usize == len {
            Ok(())
        } else {
            let what = format!("a block of {len} bytes ends with another length");
            Err(Stop::Damage(begun, what))
        }
    }

    fn begin_section(&mut self, frame: &[u8; FRAME_LEN], begun: u64) -> Result<(), Stop> {
        self.is_big_endian = match frame[8..] {
            [a, b, c, d] if [a, b, c, d] == BIG_ENDIAN => true,
            [a, b, c, d] if [a, b, c, d] == LITTLE_ENDIAN => false,
            _ => return Err(Stop::Damage(begun, "a section of no byte order".to_owned())),
        };
        self.interfaces.clear();
        Ok(())
    }

    /// Reads the packet in a block, and says whether there is one.
    fn understand(&mut self, block: &[u8], record: &mut Record) -> Result<bool, String> {
        let kind = self.number(block, 0);
        if !matches!(
            kind,
            INTERFACE | OBSOLETE_PACKET | SIMPLE_PACKET | ENHANCED_PACKET
        ) {
            return Ok(false);
        }
        let parsed = if self.is_big_endian {
            parse_block_be(block)
        } else {
            parse_block_le(block)
        };
        let (_, parsed) = parsed.map_err(|_error| "a block that cannot be read".to_owned())?;
        match parsed {
            Block::InterfaceDescription(description) => {
                if self.interfaces.len() >= MAX_INTERFACES {
                    return Err("too many interfaces".to_owned());
                }
                let interface = Interface::new(&description, self.is_big_endian);
                self.interfaces.push(interface);
                return Ok(false);
            }
            Block::EnhancedPacket(packet) => self.enhanced(&packet, record)?,
            Block::SimplePacket(packet) => self.simple(&packet, record)?,
            Block::Unknown(packet) => self.obsolete(&packet, record)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn enhanced(
        &self,
        packet: &EnhancedPacketBlock<'_>,
        record: &mut Record,
    ) -> Result<(), String> {
        let interface = self.interface(packet.if_id)?;
        let bytes = captured(packet.data, packet.caplen)?;
        record.at = interface.time((packet.ts_high, packet.ts_low));
        interface.fill(record, packet.origlen, bytes);
        Ok(())
    }

    /// It belongs to the first interface, and has no time.
    fn simple(&self, packet: &SimplePacketBlock<'_>, record: &mut Record) -> Result<(), String> {
        let interface = self.interface(0)?;
        let len = interface.cut(packet.origlen).min(packet.data.len());
        record.at = self.latest;
        interface.fill(record, packet.origlen, &packet.data[..len]);
        Ok(())
    }

    fn obsolete(&self, packet: &UnknownBlock<'_>, record: &mut Record) -> Result<(), String> {
        let Some((header, data)) = packet.data.split_at_checked(OBSOLETE_PACKET_LEN) else {
            return Err("a packet block without its header".to_owned());
        };
        let [a, b] = [header[0], header[1]];
        let interface = self.interface(u32::from(if self.is_big_endian {
            u16::from_be_bytes([a, b])
        } else {
            u16::from_le_bytes([a, b])
        }))?;
        let number = |at| self.number(header, at);
        let bytes = captured(data, number(12))?;
        record.at = interface.time((number(4), number(8)));
        interface.fill(record, number(16), bytes);
        Ok(())
    }

    fn interface(&self, number: u32) -> Result<&Interface, String> {
        self.interfaces
            .get(number as usize)
            .ok_or_else(|| format!("a packet of interface {number}, which is not described"))
    }

    fn number(&self, bytes: &[u8], at: usize) -> u32 {
        let [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        if self.is_big_endian {
            u32::from_be_bytes([a, b, c, d])
        } else {
            u32::from_le_bytes([a, b, c, d])
        }
    }
}

fn captured(data: &[u8], len: u32) -> Result<&[u8], String> {
    match data.get(..len as usize) {
        Some(bytes) if bytes.len() <= MAX_PACKET => Ok(bytes),
        Some(_) => Err(format!("a packet of {len} bytes, of at most {MAX_PACKET}")),
        None => Err(format!("a packet of {len} bytes in a shorter block")),
    }
}
