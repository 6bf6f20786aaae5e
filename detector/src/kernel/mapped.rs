//! Maps of the kernel in this process's memory: read and written without a call, while the programs write them too.
//!
//! Owns the mapping, and copies in and out word by word. Must not know: what the words mean.

#![expect(
    unsafe_code,
    reason = "memory that the kernel writes at the same time is mapped here"
)]

use std::{
    io::{self, ErrorKind},
    marker::PhantomData,
    mem::MaybeUninit,
    num::NonZeroUsize,
    os::fd::BorrowedFd,
    ptr::NonNull,
    slice,
    sync::atomic::{AtomicU64, Ordering},
};

use aya::Pod;
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};

use super::pod::Shared;

/// An array that was created to be mapped (`BPF_F_MMAPABLE`).
pub(super) struct Mapped<T> {
    words: NonNull<AtomicU64>,
    bytes: NonZeroUsize,
    len: usize,
    value: PhantomData<T>,
}

// SAFETY: the memory is shared with the kernel already, and is only touched by atomic words.
unsafe impl<T> Send for Mapped<T> {}

const WORD: usize = size_of::<u64>();

impl<T> Mapped<T>
where
    Shared<T>: Pod,
{
    /// Words of one value.
    const EACH: usize = {
        assert!(
            size_of::<T>().is_multiple_of(WORD),
            "values lie in whole words"
        );
        size_of::<T>() / WORD
    };

    /// Maps an array of `len` values, which must not be none.
    pub(super) fn of(map: BorrowedFd<'_>, len: u32) -> io::Result<Self> {
        let len = len as usize;
        let bytes = NonZeroUsize::new(len * size_of::<T>()).ok_or(ErrorKind::InvalidInput)?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a fresh mapping, whose length the kernel holds against that of the map.
        let start = unsafe { mmap(None, bytes, access, MapFlags::MAP_SHARED, map, 0) };
        Ok(Self {
            words: start?.cast(),
            bytes,
            len,
            value: PhantomData,
        })
    }

    /// The words of one value.
    pub(super) fn words(&self, index: usize) -> Option<&[AtomicU64]> {
        let at = (index < self.len).then_some(index * Self::EACH)?;
        // SAFETY: within the mapping, which lives as long as `self`, and aligned: it begins on a page. Whoever else
        // writes it does so by whole words.
        Some(unsafe { slice::from_raw_parts(self.words.as_ptr().add(at), Self::EACH) })
    }

    /// One value, word by word: where the programs write it meanwhile, of different times.
    pub(super) fn read(&self, index: usize) -> Option<T> {
        let mut value = MaybeUninit::<T>::uninit();
        for (at, word) in self.words(index)?.iter().enumerate() {
            let word = word.load(Ordering::Relaxed);
            // SAFETY: there are as many words as the value has room for.
            unsafe {
                value
                    .as_mut_ptr()
                    .cast::<u64>()
                    .add(at)
                    .write_unaligned(word);
            }
        }
        // SAFETY: all of it is written, and plain data, of which every bit pattern is a value.
        Some(unsafe { value.assume_init() })
    }

    /// Writes one value, word by word.
    pub(super) fn write(&self, index: usize, value: &T) {
        let from = std::ptr::from_ref(value).cast::<u64>();
        for (at, word) in self.words(index).into_iter().flatten().enumerate() {
            // SAFETY: there are as many words as the value has.
            word.store(unsafe { from.add(at).read_unaligned() }, Ordering::Relaxed);
        }
    }
}

impl<T> Drop for Mapped<T> {
    fn drop(&mut self) {
        // SAFETY: mapped with this length, and nothing borrows from it any more.
        let unmapped = unsafe { munmap(self.words.cast(), self.bytes.get()) };
        debug_assert!(unmapped.is_ok());
    }
}
