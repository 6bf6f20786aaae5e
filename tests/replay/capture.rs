//! Captures as bytes: packets behind a link header, in a file of either format. Written from the formats'
//! documents, and not with the code under test.

use std::time::Duration;

/// The lower half of a number.
const ALL_ONES: u64 = 0xffff_ffff;

/// An IP packet and when it passed, since 1970.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    pub(crate) at: Duration,
    pub(crate) bytes: Vec<u8>,
}

/// What lies before the IP header, by its number in the registry of link types.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkType {
    pub(crate) number: u16,
    header: fn(is_v6: bool) -> Vec<u8>,
}

impl LinkType {
    pub(crate) const ETHERNET: Self = Self::new(1, |is_v6| [&[2; 12], ethertype(is_v6)].concat());
    pub(crate) const IP: Self = Self::new(101, |_| Vec::new());
    pub(crate) const COOKED: Self = Self::new(113, |is_v6| {
        [
            &[0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0],
            ethertype(is_v6),
        ]
        .concat()
    });
    /// Link types whose packets a replay follows.
    pub(crate) const ALL: [Self; 13] = [
        Self::ETHERNET,
        Self::new(1, |is_v6| {
            [&[2; 12], &[0x81, 0, 0, 7][..], ethertype(is_v6)].concat()
        }),
        Self::IP,
        Self::new(12, |_| Vec::new()),
        Self::new(14, |_| Vec::new()),
        Self::COOKED,
        Self::new(113, |is_v6| {
            let vlan = [0x81, 0, 0, 7];
            [
                &[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0],
                &vlan[..],
                ethertype(is_v6),
            ]
            .concat()
        }),
        Self::new(276, |is_v6| {
            [
                ethertype(is_v6),
                &[0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0],
            ]
            .concat()
        }),
        Self::new(0, |is_v6| vec![if is_v6 { 30 } else { 2 }, 0, 0, 0]),
        Self::new(0, |is_v6| vec![0, 0, 0, if is_v6 { 10 } else { 2 }]),
        Self::new(108, |is_v6| vec![0, 0, 0, if is_v6 { 24 } else { 2 }]),
        Self::new(9, |is_v6| vec![0xff, 3, 0, if is_v6 { 0x57 } else { 0x21 }]),
        Self::new(50, |is_v6| vec![0, if is_v6 { 0x57 } else { 0x21 }]),
    ];

    pub(crate) const fn new(number: u16, header: fn(bool) -> Vec<u8>) -> Self {
        Self { number, header }
    }

    fn frame(self, packet: &Packet) -> Vec<u8> {
        let is_v6 = packet.bytes[0] >> 4 == 6;
        [(self.header)(is_v6), packet.bytes.clone()].concat()
    }
}

const fn ethertype(is_v6: bool) -> &'static [u8] {
    if is_v6 { &[0x86, 0xdd] } else { &[0x08, 0x00] }
}

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) is_new: bool,
    pub(crate) is_big_endian: bool,
    pub(crate) has_nanos: bool,
    pub(crate) snap_len: usize,
}

impl Style {
    pub(crate) const PLAIN: Self = Self {
        is_new: false,
        is_big_endian: false,
        has_nanos: false,
        snap_len: 262_144,
    };

    /// A whole file.
    pub(crate) fn file(self, link: LinkType, packets: &[Packet]) -> Vec<u8> {
        let mut file = if self.is_new {
            self.new_header(link)
        } else {
            self.old_header(link)
        };
        for packet in packets {
            let frame = link.frame(packet);
            let captured = &frame[..frame.len().min(self.snap_len)];
            let record = if self.is_new {
                self.new_record(packet.at, frame.len(), captured)
            } else {
                self.old_record(packet.at, frame.len(), captured)
            };
            file.extend(record);
        }
        file
    }

    fn old_header(self, link: LinkType) -> Vec<u8> {
        let magic = if self.has_nanos {
            0xa1b2_3c4d
        } else {
            0xa1b2_c3d4
        };
        let version = if self.is_big_endian {
            0x0002_0004
        } else {
            0x0004_0002
        };
        let numbers = [
            magic,
            version,
            0,
            0,
            self.snap_len as u64,
            link.number.into(),
        ];
        numbers.map(|number| self.u32(number)).concat()
    }

    fn old_record(self, at: Duration, len: usize, captured: &[u8]) -> Vec<u8> {
        let fraction = if self.has_nanos {
            at.subsec_nanos()
        } else {
            at.subsec_micros()
        };
        let lengths = [captured.len(), len].map(|len| len as u64);
        let numbers = [at.as_secs(), fraction.into(), lengths[0], lengths[1]];
        [&numbers.map(|number| self.u32(number)).concat(), captured].concat()
    }

    fn new_header(self, link: LinkType) -> Vec<u8> {
        let version = if self.is_big_endian {
            0x0001_0000
        } else {
            0x0000_0001
        };
        let section = [0x1a2b_3c4d, version, ALL_ONES, ALL_ONES].map(|number| self.u32(number));
        let resolution = if self.has_nanos { 9 } else { 6 };
        let option = [self.u16(9).as_slice(), &self.u16(1), &[resolution, 0, 0, 0]].concat();
        let link = [self.u16(link.number), self.u16(0)].concat();
        let interface = [link, self.u32(self.snap_len as u64).to_vec(), option].concat();
        [
            self.block(0x0a0d_0d0a, &section.concat()),
            self.block(1, &interface),
        ]
        .concat()
    }

    fn new_record(self, at: Duration, len: usize, captured: &[u8]) -> Vec<u8> {
        let ticks = if self.has_nanos {
            at.as_nanos()
        } else {
            at.as_micros()
        };
        let ticks = u64::try_from(ticks).unwrap_or(u64::MAX);
        let lengths = [captured.len(), len].map(|len| len as u64);
        let numbers = [0, ticks >> 32, ticks & ALL_ONES, lengths[0], lengths[1]];
        self.block(
            6,
            &[&numbers.map(|number| self.u32(number)).concat(), captured].concat(),
        )
    }

    fn block(self, kind: u64, body: &[u8]) -> Vec<u8> {
        let padded = body.len().next_multiple_of(4);
        let len = self.u32((padded + 12) as u64);
        let padding = vec![0; padded - body.len()];
        [&self.u32(kind), &len[..], body, &padding, &len].concat()
    }

    const fn u16(self, number: u16) -> [u8; 2] {
        if self.is_big_endian {
            number.to_be_bytes()
        } else {
            number.to_le_bytes()
        }
    }

    /// The lower half of a number.
    const fn u32(self, number: u64) -> [u8; 4] {
        if self.is_big_endian {
            let [_, _, _, _, octets @ ..] = number.to_be_bytes();
            octets
        } else {
            let [octets @ .., _, _, _, _] = number.to_le_bytes();
            octets
        }
    }
}
