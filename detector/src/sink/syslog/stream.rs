//! A stream to a syslog, each message with its length before it (RFC 6587 §3.4.1).
//!
//! Nobody says that a message arrived. But data that the peer's kernel does not acknowledge within `UNACKNOWLEDGED`
//! ends the connection; so what was written well before is there, and what was written since then goes again where a
//! connection breaks. A message may so arrive twice, and none is lost for the want of an answer.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    time::{Duration, Instant},
};

use nix::sys::socket::{setsockopt, sockopt::TcpUserTimeout};

const UNACKNOWLEDGED: Duration = Duration::from_secs(20);
/// What was written longer ago has arrived: twice that time and more.
const RECENT: Duration = Duration::from_mins(1);
/// How often a connection is looked at while something may still be lost.
const LOOK: Duration = Duration::from_secs(2);

/// The way to one peer.
pub(super) struct Stream {
    pub(super) peer: String,
    patience: Duration,
    open: Option<TcpStream>,
    recent: VecDeque<(Instant, Vec<u8>)>,
}

impl Stream {
    pub(super) const fn to(peer: String, patience: Duration) -> Self {
        Self {
            peer,
            patience,
            open: None,
            recent: VecDeque::new(),
        }
    }

    /// Sends one message, after those that a broken connection may have lost.
    pub(super) fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.look_after()?;
        let mut frame = format!("{} ", message.len()).into_bytes();
        frame.extend_from_slice(message);
        self.write(&frame)?;
        self.recent.push_back((Instant::now(), frame));
        Ok(())
    }

    /// Connects again where the connection is broken and something may be lost, and sends that again.
    pub(super) fn look_after(&mut self) -> io::Result<()> {
        if self.open.as_ref().is_some_and(is_broken) {
            self.open = None;
        } else if self.open.is_some() {
            let now = Instant::now();
            self.recent
                .retain(|(at, _)| now.saturating_duration_since(*at) < RECENT);
            return Ok(());
        }
        self.open = Some(connect(&self.peer, self.patience)?);
        for place in 0..self.recent.len() {
            let frame = self.recent[place].1.clone();
            self.write(&frame)?;
            self.recent[place].0 = Instant::now();
        }
        Ok(())
    }

    /// When to look after it, though there is no message.
    pub(super) fn due_in(&self) -> Option<Duration> {
        (!self.recent.is_empty()).then_some(LOOK)
    }

    /// What follows a part of a message makes no sense: then the connection ends.
    fn write(&mut self, frame: &[u8]) -> io::Result<()> {
        let stream = self.open.as_mut().ok_or(ErrorKind::NotConnected)?;
        let written = stream.write_all(frame);
        if written.is_err() {
            self.open = None;
        }
        written
    }
}

fn connect(peer: &str, patience: Duration) -> io::Result<TcpStream> {
    let mut error = io::Error::from(ErrorKind::NotFound);
    for address in peer.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, patience) {
            Ok(stream) => {
                stream.set_write_timeout(Some(patience))?;
                stream.set_nodelay(true)?;
                let unacknowledged = u32::try_from(UNACKNOWLEDGED.as_millis()).unwrap_or(u32::MAX);
                setsockopt(&stream, TcpUserTimeout, &unacknowledged)?;
                return Ok(stream);
            }
            Err(why) => error = why,
        }
    }
    Err(error)
}

/// A syslog says nothing: an end or an error is all that there is to read.
fn is_broken(stream: &TcpStream) -> bool {
    let peeked = stream
        .set_nonblocking(true)
        .and_then(|()| stream.peek(&mut [0]));
    let is_silent = matches!(&peeked, Err(error) if error.kind() == ErrorKind::WouldBlock);
    let is_open = is_silent || matches!(peeked, Ok(1..));
    stream.set_nonblocking(false).is_err() || !is_open
}
