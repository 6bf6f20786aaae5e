//! A small HTTP server: keeps what it is sent, and answers as it is told.

use std::{
    collections::BTreeMap,
    io::{BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use anyhow::{Context as _, Result};
use detector_tests::watched::Watched;

use crate::stage::PATIENCE;

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// Which status a request gets.
pub(crate) type Answer = dyn Fn(&Request) -> u16 + Send + Sync;

/// A server; it serves until the test program ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Watched<Vec<Request>>>,
}

impl Server {
    /// One that answers by `answer`.
    pub(crate) fn start(answer: impl Fn(&Request) -> u16 + Send + Sync + 'static) -> Result<Self> {
        Self::listen(TcpListener::bind("127.0.0.1:0")?, answer, |stream| {
            Ok(stream)
        })
    }

    /// The same at `listener`, with a stream of another kind over each connection.
    pub(crate) fn listen<S: Read + Write + Send + 'static>(
        listener: TcpListener,
        answer: impl Fn(&Request) -> u16 + Send + Sync + 'static,
        wrap: impl Fn(TcpStream) -> Result<S> + Send + 'static,
    ) -> Result<Self> {
        let seen = Arc::new(Watched::new(Vec::new()));
        let server = Self {
            address: listener.local_addr()?,
            seen: Arc::clone(&seen),
        };
        let answer: Arc<Answer> = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                if let Ok(stream) = wrap(stream) {
                    // A connection that ends is no fault of the server.
                    thread::spawn(move || serve(stream, &seen, &*answer).ok());
                }
            }
        });
        Ok(server)
    }

    /// Waits until `is_enough` of the requests that were answered with success.
    pub(crate) fn wait(&self, is_enough: impl Fn(&[Request]) -> bool) -> Result<Vec<Request>> {
        let found = self
            .seen
            .wait(PATIENCE, |seen| is_enough(seen).then(|| seen.clone()));
        found.with_context(|| format!("only {} requests came", self.seen.read(Vec::len)))
    }

    /// What was answered with success so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.read(Clone::clone)
    }
}

fn serve<S: Read + Write>(stream: S, seen: &Watched<Vec<Request>>, answer: &Answer) -> Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream)? {
        let status = answer(&request);
        if (200..300).contains(&status) {
            seen.update(|seen| seen.push(request));
        }
        let head = format!("HTTP/1.1 {status} as told\r\ncontent-length: 2\r\n\r\nok");
        stream.get_mut().write_all(head.as_bytes())?;
        stream.get_mut().flush()?;
    }
    Ok(())
}

fn read(stream: &mut impl std::io::BufRead) -> Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length: usize = headers
        .get("content-length")
        .context("no length")?
        .parse()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let body = String::from_utf8(body)?;
    Ok(Some(Request { headers, body }))
}
