//! A cpio archive in the form that a kernel unpacks as its first file system ("newc", `initramfs-buffer-format.rst` in
//! the kernel's documentation). Pure.

use std::collections::BTreeSet;

const FOLDER: u32 = 0o040_755;
const FILE: u32 = 0o100_000;
const END: &str = "TRAILER!!!";

/// Files, and the folders that they lie in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archive {
    bytes: Vec<u8>,
    names: BTreeSet<String>,
}

impl Archive {
    /// Adds a file, whose name has no slash at its beginning; of two with one name the first is taken.
    pub(crate) fn file(&mut self, name: &str, mode: u32, content: &[u8]) {
        for (slash, _) in name.match_indices('/') {
            self.entry(&name[..slash], FOLDER, &[]);
        }
        self.entry(name, FILE | mode, content);
    }

    /// Adds an empty folder.
    pub(crate) fn folder(&mut self, name: &str) {
        self.entry(name, FOLDER, &[]);
    }

    /// The archive, ended.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.entry(END, 0, &[]);
        self.bytes
    }

    fn entry(&mut self, name: &str, mode: u32, content: &[u8]) {
        if !self.names.insert(name.to_owned()) {
            return;
        }
        let inode = self.names.len();
        let (length, name_length) = (content.len(), name.len() + 1);
        let header = format!(
            "070701{inode:08x}{mode:08x}{0:08x}{0:08x}{1:08x}{0:08x}{length:08x}{0:08x}{0:08x}{0:08x}{0:08x}{name_length:08x}{0:08x}",
            0, 1
        );
        self.bytes.extend(header.as_bytes());
        self.bytes.extend(name.as_bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_brings_its_folders_once() {
        let mut archive = Archive::default();
        archive.file("lib/deep/a", 0o644, b"abc");
        archive.file("lib/deep/b", 0o755, b"");
        let names: Vec<_> = archive.names.iter().map(String::as_str).collect();
        assert_eq!(names, ["lib", "lib/deep", "lib/deep/a", "lib/deep/b"]);
    }

    #[test]
    fn every_part_begins_at_a_multiple_of_four() {
        let mut archive = Archive::default();
        archive.file("a", 0o644, b"12345");
        let bytes = archive.finish();
        let header = "07070100000001000081a400000000000000000000000100000000000000050000000000000000000000000000000000000002";
        assert!(bytes.starts_with(header.as_bytes()));
        assert_eq!(&bytes[110..124], b"a\x0012345\0\0\x000707".as_slice());
    }
}
