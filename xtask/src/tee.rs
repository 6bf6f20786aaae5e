//! Passes a program's output through as it comes, and shows each whole line to an observer.

use std::io::{self, Read, Write};

/// Copies until the source ends.
pub(crate) fn copy(
    mut source: impl Read,
    sink: impl Write,
    observe: impl FnMut(&str),
) -> io::Result<()> {
    let mut tee = Tee {
        sink,
        line: Vec::new(),
        observe,
    };
    io::copy(&mut source, &mut tee)?;
    tee.end_line();
    Ok(())
}

struct Tee<W, F> {
    sink: W,
    line: Vec<u8>,
    observe: F,
}

impl<W: Write, F: FnMut(&str)> Write for Tee<W, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sink.write_all(bytes)?;
        // A test that runs for long has printed its name and no newline: show it now.
        self.sink.flush()?;
        for &byte in bytes {
            self.take(byte);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

impl<W, F: FnMut(&str)> Tee<W, F> {
    fn take(&mut self, byte: u8) {
        match byte {
            b'\n' => self.end_line(),
            _ => self.line.push(byte),
        }
    }

    fn end_line(&mut self) {
        (self.observe)(&String::from_utf8_lossy(&self.line));
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_passes_uncut_and_lines_are_whole() {
        let source = b"test a ... ".chain(&b"ok\n\xff\nlast"[..]);
        let (mut sink, mut lines) = (Vec::new(), Vec::new());
        copy(source, &mut sink, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(sink, b"test a ... ok\n\xff\nlast");
        assert_eq!(lines, ["test a ... ok", "\u{fffd}", "last"]);
    }
}
