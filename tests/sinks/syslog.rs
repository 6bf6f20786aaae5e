//! A syslog that listens on this machine, to datagrams, or to a stream that breaks.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read as _},
    net::{TcpListener, TcpStream, UdpSocket},
    os::unix::net::UnixDatagram,
};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use crate::stage::{PATIENCE, number, offer, start, wait_until};

const EVENTS: u64 = 40;

pub(crate) fn messages_arrive_on_every_way() -> Result<()> {
    let folder = TempDir::new()?;
    let path = folder.path().join("log");
    let unix = UnixDatagram::bind(&path)?;
    unix.set_read_timeout(Some(PATIENCE))?;
    let udp = UdpSocket::bind("127.0.0.1:0")?;
    udp.set_read_timeout(Some(PATIENCE))?;
    let tcp = TcpListener::bind("127.0.0.1:0")?;
    let sink = |name: &str, address: String| {
        format!("[[sink]]\ntype = \"syslog\"\nname = \"{name}\"\naddress = \"{address}\"\n")
    };
    let text = [
        sink("unix", format!("unix:{}", path.display())),
        sink("udp", format!("udp://{}", udp.local_addr()?)),
        sink("tcp", format!("tcp://{}", tcp.local_addr()?)),
    ];
    let sinks = start(folder.path(), &text.concat())?;
    let mut stream = BufReader::new(accept_after(&tcp, || drop(offer(&sinks, 0..EVENTS)))?);
    let mut buffer = vec![0; 16 << 10];
    for expected in 0..EVENTS {
        let length = unix.recv(&mut buffer)?;
        ensure_message(&buffer[..length], expected)?;
        let length = udp.recv(&mut buffer)?;
        ensure_message(&buffer[..length], expected)?;
        ensure_message(&frame(&mut stream)?.context("the stream ended")?, expected)?;
    }
    Ok(())
}

/// The peer takes a few messages and dies with the rest unread, three times over.
pub(crate) fn what_a_broken_stream_may_have_lost_comes_again() -> Result<()> {
    let folder = TempDir::new()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let text = format!("[[sink]]\ntype = \"syslog\"\naddress = \"tcp://{address}\"\n");
    let sinks = start(folder.path(), &text)?;
    let mut arrived = BTreeSet::new();
    let mut listener = Some(listener);
    for life in 0..3 {
        let alive = match listener.take() {
            Some(listener) => listener,
            None => TcpListener::bind(address)?,
        };
        let numbers = life * EVENTS..(life + 1) * EVENTS;
        let mut stream =
            BufReader::with_capacity(1, accept_after(&alive, || drop(offer(&sinks, numbers)))?);
        for _few in 0..3 {
            arrived.insert(number_of(
                &frame(&mut stream)?.context("the stream ended")?,
            )?);
        }
        // All of them were written to a connection that is about to break.
        wait_until(&sinks, "syslog", |it| it.queued == 0)?;
    }
    let alive = TcpListener::bind(address)?;
    let mut stream = BufReader::new(accept_after(&alive, || {})?);
    while (arrived.len() as u64) < 3 * EVENTS {
        let message = frame(&mut stream)?.context("the stream ended")?;
        arrived.insert(number_of(&message)?);
    }
    ensure!(arrived == (0..3 * EVENTS).collect(), "{arrived:?}");
    Ok(())
}

/// The next connection, once `then` is done.
fn accept_after(listener: &TcpListener, then: impl FnOnce()) -> Result<TcpStream> {
    then();
    let (stream, _peer) = listener.accept()?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// The next message of a stream, which says how long it is; `None` at the end.
fn frame(stream: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut length = Vec::new();
    if stream.read_until(b' ', &mut length)? == 0 {
        return Ok(None);
    }
    let length: u64 = std::str::from_utf8(&length)?.trim_end().parse()?;
    let mut message = Vec::new();
    stream.take(length).read_to_end(&mut message)?;
    ensure!(message.len() as u64 == length, "cut off");
    Ok(Some(message))
}

fn ensure_message(message: &[u8], expected: u64) -> Result<()> {
    ensure!(message.starts_with(b"<27>1 ") || message.starts_with(b"<29>1 "));
    ensure!(
        number_of(message)? == expected,
        "{}",
        String::from_utf8_lossy(message)
    );
    Ok(())
}

fn number_of(message: &[u8]) -> Result<u64> {
    let text = std::str::from_utf8(message)?;
    let (_header, json) = text.split_once(" - ").context("no text")?;
    number(json)
}
