//! Traffic through an interface, each packet of which is missed when it does not arrive: a flood of echo requests, which
//! the kernel answers, and TCP both ways. Knows nothing of a detector.

use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::fd::{AsRawFd as _, OwnedFd},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Namespace, tool};
use nix::{
    errno::Errno,
    sys::{
        socket::{
            AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrIn, connect, recv,
            send, setsockopt, socket, sockopt::ReceiveTimeout,
        },
        time::{TimeVal, TimeValLike as _},
    },
};

use crate::link::{Link, NAME};

const NEAR: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const FAR: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
const PORT: u16 = 443;
/// Requests on the way at a time: few enough for every queue.
const AT_ONCE: u16 = 16;
/// What has not arrived by then is lost.
const LOST_S: i64 = 20;
const CHUNK: usize = 1 << 16;
/// Echo request, and where its sequence number is.
const ECHO: [u8; 8] = [8, 0, 0, 0, 0, 0, 0, 0];

/// What was sent, all of which arrived.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    pub(crate) pings: u64,
    pub(crate) connections: u64,
    pub(crate) bytes: u64,
}

/// The interface of `link`, with the other end of its wire in a namespace of its own.
pub(crate) fn apart(link: &Link) -> Result<Namespace> {
    let far = Namespace::new("far")?;
    link.ip(&format!(
        "link set far0 netns {}\naddr add {NEAR}/24 dev {NAME}",
        far.path().display()
    ))?;
    tool::ip(
        &far,
        &format!("link set far0 up\naddr add {FAR}/24 dev far0"),
    )?;
    far.configure(&[("ipv4/ping_group_range", "0 0")])?;
    Ok(far)
}

/// Sends from `far` and from the namespace of `link` for as long as `work` takes.
///
/// # Errors
/// Those of `work`; else when anything is lost.
pub(crate) fn during<T>(
    link: &Link,
    far: &Namespace,
    work: impl FnOnce() -> Result<T>,
) -> Result<(T, Carried)> {
    let (is_over, is_closed) = (AtomicBool::new(false), AtomicBool::new(false));
    let listener = link.0.run(|| Ok(TcpListener::bind((NEAR, PORT))?))?;
    let until = &is_over;
    thread::scope(|scope| {
        scope.spawn(|| serve(&listener, &is_closed));
        let pings = scope.spawn(|| far.run(|| flood(until)));
        let connections = scope.spawn(|| far.run(|| visit(until)));
        let bytes = scope.spawn(|| far.run(|| stream(until)));
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        let joined = |it: thread::ScopedJoinHandle<'_, Result<u64>>| {
            it.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        let carried = [pings, connections, bytes].map(joined);
        // Wakes the server, which then sees that nobody else comes.
        is_closed.store(true, Ordering::Relaxed);
        far.run(|| Ok(TcpStream::connect((NEAR, PORT))?))?;
        let [pings, connections, bytes] = carried;
        let carried = Carried {
            pings: pings?,
            connections: connections?,
            bytes: bytes?,
        };
        Ok((done?, carried))
    })
}

/// Sends as many as may be on their way as soon as the last ones are back.
fn flood(is_over: &AtomicBool) -> Result<u64> {
    let socket = pinger()?;
    let mut sequence = 0_u16;
    let mut pings = 0;
    while !is_over.load(Ordering::Relaxed) {
        let mut awaited = Vec::new();
        for _ in 0..AT_ONCE {
            let mut request = ECHO;
            request[6..].copy_from_slice(&sequence.to_be_bytes());
            send(socket.as_raw_fd(), &request, MsgFlags::empty())?;
            awaited.push(sequence);
            sequence = sequence.wrapping_add(1);
        }
        while !awaited.is_empty() {
            let mut reply = [0; 64];
            match recv(socket.as_raw_fd(), &mut reply, MsgFlags::empty()) {
                Ok(_) => awaited.retain(|it| it.to_be_bytes() != reply[6..8]),
                Err(Errno::EINTR) => {}
                Err(errno) => ensure!(false, "{} of {pings} pings lost: {errno}", awaited.len()),
            }
        }
        pings += u64::from(AT_ONCE);
    }
    Ok(pings)
}

fn pinger() -> Result<OwnedFd> {
    let kind = (AddressFamily::Inet, SockType::Datagram);
    let flags = SockFlag::SOCK_CLOEXEC;
    let socket = socket(kind.0, kind.1, flags, SockProtocol::Icmp)?;
    setsockopt(&socket, ReceiveTimeout, &TimeVal::seconds(LOST_S))?;
    let [a, b, c, d] = NEAR.octets();
    connect(socket.as_raw_fd(), &SockaddrIn::new(a, b, c, d, 0))?;
    Ok(socket)
}

/// Connections one after the other, each of which is answered.
fn visit(is_over: &AtomicBool) -> Result<u64> {
    let mut connections = 0;
    while !is_over.load(Ordering::Relaxed) {
        let mut client = dial()?;
        client.write_all(b"echo")?;
        let mut answer = [0; 4];
        client.read_exact(&mut answer).context("no answer")?;
        ensure!(&answer == b"echo", "another answer");
        connections += 1;
    }
    Ok(connections)
}

/// One connection that carries as much as it can, there and back.
fn stream(is_over: &AtomicBool) -> Result<u64> {
    let mut client = dial()?;
    let mut bytes = 0;
    let mut back = vec![0; CHUNK];
    while !is_over.load(Ordering::Relaxed) {
        let chunk = vec![u8::try_from(bytes / CHUNK as u64 % 251)?; CHUNK];
        client.write_all(&chunk)?;
        client
            .read_exact(&mut back)
            .context("the stream broke off")?;
        ensure!(chunk == back, "other bytes came back");
        bytes += 2 * CHUNK as u64;
    }
    Ok(bytes)
}

fn dial() -> Result<TcpStream> {
    let lost = Duration::from_secs(u64::try_from(LOST_S)?);
    let client = TcpStream::connect_timeout(&SocketAddr::from((NEAR, PORT)), lost)?;
    client.set_read_timeout(Some(lost))?;
    Ok(client)
}

/// Sends back what comes, until it is closed and somebody comes once more.
fn serve(listener: &TcpListener, is_closed: &AtomicBool) {
    thread::scope(|scope| {
        for client in listener.incoming() {
            if is_closed.load(Ordering::Relaxed) {
                return;
            }
            scope.spawn(|| client.and_then(echo));
        }
    });
}

fn echo(mut client: TcpStream) -> io::Result<()> {
    let mut bytes = vec![0; CHUNK];
    loop {
        match client.read(&mut bytes) {
            Ok(0) => return Ok(()),
            Ok(count) => client.write_all(&bytes[..count])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
