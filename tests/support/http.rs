//! One question over HTTP, and its whole answer. Knows no path.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context as _, Result, ensure};

use crate::namespace::Namespace;

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The lines of its head.
    pub head: String,
    /// All of its body.
    pub body: String,
}

/// Asks over `stream` for `path`, with further lines of a head, each with its end.
///
/// # Errors
/// When the connection breaks, or what comes is no answer.
pub fn ask(mut stream: impl Read + Write, path: &str, lines: &str) -> Result<Answer> {
    // The older version of HTTP, in which a body is one piece and ends with the connection.
    write!(
        stream,
        "GET {path} HTTP/1.0\r\nHost: localhost\r\n{lines}\r\n"
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").context("no answer")?;
    let status = head.split(' ').nth(1).context("no status")?.parse()?;
    Ok(Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// The body of what `address` answers inside `namespace`.
///
/// # Errors
/// When nobody answers, or with something else than success.
pub fn fetch(namespace: &Namespace, address: SocketAddr, path: &str) -> Result<String> {
    let stream = namespace.run(|| Ok(TcpStream::connect(address)?))?;
    let answer = ask(stream, path, "")?;
    ensure!(answer.status == 200, "{path}: {answer:?}");
    Ok(answer.body)
}
