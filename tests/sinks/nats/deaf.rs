//! Somebody between the sink and a server who passes on what the sink says, and for a while nothing of the answers.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use anyhow::Result;
use detector_tests::watched::Watched;

/// It serves until the test program ends.
pub(crate) struct Deaf {
    pub(crate) address: SocketAddr,
    hears: Arc<Watched<bool>>,
    open: Arc<Watched<Vec<TcpStream>>>,
}

impl Deaf {
    /// Somebody before the server at `port`, who hears it.
    pub(crate) fn before(port: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let deaf = Self {
            address: listener.local_addr()?,
            hears: Arc::new(Watched::new(true)),
            open: Arc::default(),
        };
        let (hears, open) = (Arc::clone(&deaf.hears), Arc::clone(&deaf.open));
        thread::spawn(move || -> io::Result<()> {
            for client in listener.incoming() {
                between(client?, port, &hears, &open)?;
            }
            Ok(())
        });
        Ok(deaf)
    }

    /// What the server says from now on is lost.
    pub(crate) fn stop_listening(&self) {
        self.hears.update(|it| *it = false);
    }

    /// Breaks the connections on which something was lost, and hears what is said on others.
    pub(crate) fn listen_again(&self) {
        self.hears.update(|it| *it = true);
        for stream in self.open.update(std::mem::take) {
            // One that is closed already is as good.
            stream.shutdown(Shutdown::Both).ok();
        }
    }
}

fn between(
    client: TcpStream,
    port: u16,
    hears: &Arc<Watched<bool>>,
    open: &Watched<Vec<TcpStream>>,
) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", port))?;
    let (from, to) = (client.try_clone()?, server.try_clone()?);
    open.update(|it| it.push(from));
    let (from, hears) = (client.try_clone()?, Arc::clone(hears));
    thread::spawn(move || pass(from, to, || true));
    thread::spawn(move || pass(server, client, || hears.read(|it| *it)));
    Ok(())
}

fn pass(mut from: TcpStream, mut to: TcpStream, passes: impl Fn() -> bool) -> io::Result<()> {
    let mut some = [0; 4_096];
    loop {
        let count = from.read(&mut some)?;
        if count == 0 {
            return to.shutdown(Shutdown::Both);
        }
        if passes() {
            to.write_all(&some[..count])?;
        }
    }
}
