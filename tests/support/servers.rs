//! The servers of the internet: on every address and every port of [`PORTS`], one request, one answer, an
//! orderly close. Knows nothing of who asks.

use std::net::{Ipv6Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::address::PORTS;
use crate::namespace::Namespace;
use crate::worker::{Stop, Worker};

/// The length of each answer, in bytes: two segments of a usual MTU.
pub(crate) const ANSWER_BYTES: usize = 2_000;
/// A request is what arrives at once, up to this many bytes.
const REQUEST_BYTES: usize = 65_536;
/// A peer that the censor has silenced is given up after this time.
const PATIENCE: Duration = Duration::from_mins(1);
/// Connections served at a time, a port. Later ones wait in the kernel's queue, which keeps `accept` from
/// failing for want of descriptors.
const AT_ONCE: usize = 6_000;

/// Starts the servers. Every listener listens when this returns.
///
/// # Errors
/// When a port cannot be bound or the thread cannot be started.
pub(crate) fn start(internet: &Namespace) -> anyhow::Result<Worker> {
    let listeners =
        internet.run(|| PORTS.into_iter().map(listen).collect::<Result<Vec<_>, _>>())?;
    Worker::start(internet, "lab-servers", |stop| {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime
            .enable_all()
            .build()?
            .block_on(serve(listeners, stop))
    })
}

/// One listener serves both families.
fn listen(port: u16) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port))
        .with_context(|| format!("listening on port {port}"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn serve(listeners: Vec<TcpListener>, stop: &Stop) -> anyhow::Result<()> {
    for listener in listeners {
        tokio::spawn(accept(tokio::net::TcpListener::from_std(listener)?));
    }
    stop.given().await
}

async fn accept(listener: tokio::net::TcpListener) {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    while let Ok(permit) = Arc::clone(&permits).acquire_owned().await {
        // A connection that was reset while it waited is nobody's loss.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                tokio::time::timeout(PATIENCE, answer(stream)).await.ok();
                drop(permit);
            });
        }
    }
}

async fn answer(mut client: TcpStream) -> std::io::Result<()> {
    let mut request = Vec::with_capacity(REQUEST_BYTES);
    if client.read_buf(&mut request).await? == 0 {
        return Ok(());
    }
    client.write_all(&[b'.'; ANSWER_BYTES]).await?;
    client.shutdown().await?;
    // Closing before the client has would answer its last bytes with a reset.
    while client.read(&mut [0; 512]).await? > 0 {}
    Ok(())
}
