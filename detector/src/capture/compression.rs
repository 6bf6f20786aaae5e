//! Compression, recognised by its first bytes and never by a name: gzip and zstd, each of any
//! number of members.

use std::io::{self, BufRead, Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The upper three bytes of a skippable frame's number (RFC 8878 §3.1.2).
const ZSTD_SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];
/// An empty block that is the last one, and a checksum, which nobody compares (§3.1.1.2).
const LAST_BLOCK: &[u8] = &[1, 0, 0, 0, 0, 0, 0];

/// The same bytes, unpacked where they are packed.
///
/// # Errors
/// Those of the source.
pub(super) fn unpacked<'a>(mut source: impl BufRead + 'a) -> io::Result<Box<dyn Read + 'a>> {
    // Read, and not merely looked at: a slow pipe gives less at once than a magic number.
    let mut start = Vec::new();
    source.by_ref().take(4).read_to_end(&mut start)?;
    let is_gzip = start.starts_with(&GZIP);
    let is_zstd = start.starts_with(&ZSTD) || start.get(1..4) == Some(&ZSTD_SKIPPABLE);
    let source = Cursor::new(start).chain(source);
    if is_gzip {
        Ok(Box::new(MultiGzDecoder::new(source)))
    } else if is_zstd {
        Ok(Box::new(Frames {
            source,
            decoder: FrameDecoder::new(),
            trouble: None,
        }))
    } else {
        Ok(Box::new(source))
    }
}

/// The frames of a zstd file, one after the other.
struct Frames<R> {
    source: R,
    decoder: FrameDecoder,
    /// What is wrong behind the bytes that can still be had.
    trouble: Option<FrameDecoderError>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.decoder.can_collect() > 0 || room.is_empty() {
                return self.decoder.read(room);
            }
            if let Some(trouble) = self.trouble.take() {
                return Err(io::Error::other(trouble));
            }
            if self.decoder.is_finished() {
                if self.source.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                self.begin()?;
            } else {
                self.decode();
            }
        }
    }
}

impl<R: BufRead> Frames<R> {
    /// Decodes a block. The decoder keeps back a window of bytes until its frame ends, so a frame
    /// that is cut off is given an end, or those bytes would be lost.
    fn decode(&mut self) {
        let one = || BlockDecodingStrategy::UptoBlocks(1);
        if let Err(error) = self.decoder.decode_blocks(&mut self.source, one()) {
            self.trouble = Some(error);
            if let Err(error) = self.decoder.decode_blocks(LAST_BLOCK, one()) {
                self.trouble = Some(error);
            }
        }
    }

    /// Begins the next frame, or passes over a skippable one.
    fn begin(&mut self) -> io::Result<()> {
        match self.decoder.init(&mut self.source) {
            Ok(()) => Ok(()),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let mut skipped = (&mut self.source).take(length.into());
                io::copy(&mut skipped, &mut io::sink()).map(|_len| ())
            }
            Err(error) => Err(io::Error::other(error)),
        }
    }
}
