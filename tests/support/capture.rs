//! A capture on its way into a file, in the classic format.

use std::{
    io::{self, Write},
    time::Duration,
};

/// Of each packet so much is captured: every header, and little of what follows.
const SNAP_LEN: u32 = 128;
const MICROSECONDS: u32 = 0xa1b2_c3d4;
/// 2.4, the minor number in the upper half.
const VERSION: u32 = 0x0004_0002;
const ETHERNET: u32 = 1;

/// Writes packets as they come and keeps none.
#[derive(Debug)]
pub struct Writer<W>(W);

impl<W: Write> Writer<W> {
    /// Writes what stands before all packets.
    ///
    /// # Errors
    /// Those of the sink, as below.
    pub fn begin(mut sink: W) -> io::Result<Self> {
        sink.write_all(&numbers([MICROSECONDS, VERSION, 0, 0, SNAP_LEN, ETHERNET]))?;
        Ok(Self(sink))
    }

    /// Writes a frame, and when it came.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn write(&mut self, at: Duration, frame: &[u8]) -> io::Result<()> {
        let captured = frame.get(..SNAP_LEN as usize).unwrap_or(frame);
        let [seconds, captured_len, len] =
            [at.as_secs(), captured.len() as u64, frame.len() as u64]
                .map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        let header = numbers([seconds, at.subsec_micros(), captured_len, len]);
        self.0.write_all(&header)?;
        self.0.write_all(captured)
    }

    /// The sink, with all of it.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish(mut self) -> io::Result<W> {
        self.0.flush()?;
        Ok(self.0)
    }
}

fn numbers<const N: usize>(numbers: [u32; N]) -> Vec<u8> {
    numbers.map(u32::to_le_bytes).concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_frame_is_cut_and_its_length_kept() {
        let mut file = Vec::new();
        let mut writer = Writer::begin(&mut file).unwrap();
        writer
            .write(Duration::from_micros(2_000_003), &[7; 1_500])
            .unwrap();
        writer.finish().unwrap();
        let (header, record) = file.split_at(24);
        assert_eq!(header[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
        assert_eq!(record[..16], numbers([2, 3, 128, 1_500])[..]);
        assert_eq!(record[16..], [7; 128]);
    }
}
