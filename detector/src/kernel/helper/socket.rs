//! Messages with descriptors, whole or not at all, between two processes.

use std::{
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::fd::{BorrowedFd, OwnedFd},
};

use rustix::{
    cmsg_space,
    io::retry_on_intr,
    net::{
        AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
        SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
    },
};
use serde::{Serialize, de::DeserializeOwned};

use crate::kernel::descriptors::COUNT;

/// No message is longer.
const LONGEST: usize = 1 << 16;
const CONTROL: usize = cmsg_space!(ScmRights(COUNT));

/// Two ends; each sees the end of the other.
pub(super) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let flags = SocketFlags::CLOEXEC;
    Ok(socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        flags,
        None,
    )?)
}

pub(super) fn send(
    socket: BorrowedFd<'_>,
    message: &impl Serialize,
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    let mut room = [MaybeUninit::uninit(); CONTROL];
    let mut control = SendAncillaryBuffer::new(&mut room);
    if !descriptors.is_empty() && !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let parts = [IoSlice::new(&text)];
    retry_on_intr(|| sendmsg(socket, &parts, &mut control, SendFlags::NOSIGNAL))?;
    Ok(())
}

/// The next message and its descriptors; none where the other end is gone.
pub(super) fn receive<M: DeserializeOwned>(
    socket: BorrowedFd<'_>,
) -> io::Result<Option<(M, Vec<OwnedFd>)>> {
    let mut text = vec![0; LONGEST];
    let mut room = [MaybeUninit::uninit(); CONTROL];
    let mut control = RecvAncillaryBuffer::new(&mut room);
    let into = &mut [IoSliceMut::new(&mut text)];
    let receive = || recvmsg(socket, into, &mut control, RecvFlags::CMSG_CLOEXEC);
    let length = retry_on_intr(receive)?.bytes;
    if length == 0 {
        return Ok(None);
    }
    let mut descriptors = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            descriptors.extend(received);
        }
    }
    Ok(Some((
        serde_json::from_slice(&text[..length])?,
        descriptors,
    )))
}

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        io::{Read as _, Write as _},
        os::fd::AsFd as _,
        os::unix::net::UnixStream,
    };

    use super::*;

    #[test]
    fn a_message_arrives_whole_with_descriptors_that_work() {
        let (ours, theirs) = pair().unwrap();
        let (kept, mut far) = UnixStream::pair().unwrap();
        send(ours.as_fd(), &"hello", &[kept.as_fd()]).unwrap();
        let received = receive::<String>(theirs.as_fd()).unwrap();
        let (text, mut descriptors) = received.unwrap();
        assert_eq!(text, "hello");
        let mut received = File::from(descriptors.pop().unwrap());
        assert!(descriptors.is_empty());
        received.write_all(b"x").unwrap();
        let mut octet = [0];
        far.read_exact(&mut octet).unwrap();
        assert_eq!(&octet, b"x");
    }

    #[test]
    fn an_end_that_is_gone_is_the_end_of_the_messages() {
        let (ours, theirs) = pair().unwrap();
        drop(ours);
        let received = receive::<String>(theirs.as_fd()).unwrap();
        assert!(received.is_none());
    }

    #[test]
    fn nothing_to_read_is_no_end() {
        let (_ours, theirs) = pair().unwrap();
        let theirs = UnixStream::from(theirs);
        theirs.set_nonblocking(true).unwrap();
        let error = receive::<String>(theirs.as_fd()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    }
}
