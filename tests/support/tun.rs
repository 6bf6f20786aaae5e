//! Opening a TUN device: a network interface whose wire is a file descriptor. The only unsafe code of the lab.

#![expect(unsafe_code, reason = "a call of the kernel")]

use std::ffi::{c_int, c_short};
use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::OpenOptionsExt as _;

use anyhow::{Context as _, ensure};
use nix::{ioctl_write_ptr_bad, libc, request_code_write};

/// Creates the TUN device `name` in the namespace of the calling thread and returns its wire: each read takes
/// and each write gives one bare IP packet, without blocking. The device goes when the file is closed.
///
/// # Errors
/// Without `/dev/net/tun` or `CAP_NET_ADMIN`, or when the name is taken or too long.
pub(crate) fn open(name: &str) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    let options = options
        .read(true)
        .write(true)
        .custom_flags(libc::O_NONBLOCK);
    let file = options
        .open("/dev/net/tun")
        .context("opening /dev/net/tun")?;
    let mut request = Request::new(name)?;
    // SAFETY: the descriptor is open for the whole call, and the kernel reads (and writes back) exactly the
    // 40 bytes of `struct ifreq`, the size of `Request`, which outlives the call.
    unsafe { set_interface(file.as_raw_fd(), &raw mut request) }
        .with_context(|| format!("creating the TUN device {name}"))?;
    Ok(file)
}

/// `struct ifreq` as TUNSETIFF uses it.
#[repr(C)]
struct Request {
    name: [u8; libc::IFNAMSIZ],
    flags: c_short,
    unused: [u8; 22],
}

const _: () = assert!(size_of::<Request>() == size_of::<libc::ifreq>());

impl Request {
    fn new(name: &str) -> anyhow::Result<Self> {
        // The kernel wants a terminating zero.
        ensure!(
            name.len() < libc::IFNAMSIZ,
            "{name} is too long for an interface"
        );
        let mut padded = [0; libc::IFNAMSIZ];
        padded[..name.len()].copy_from_slice(name.as_bytes());
        let flags = c_short::try_from(libc::IFF_TUN | libc::IFF_NO_PI)?;
        Ok(Self {
            name: padded,
            flags,
            unused: [0; 22],
        })
    }
}

ioctl_write_ptr_bad!(
    set_interface,
    request_code_write!(b'T', 202, size_of::<c_int>()),
    Request
);
