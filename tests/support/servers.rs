//! The servers of the internet: on every address and every port of [`PORTS`], one request, one answer, an
//! orderly close, or what else the request asks for; and QUIC's first answer. Knows nothing of who asks.

mod quic;

use std::net::{Ipv6Addr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::address::PORTS;
use crate::course::Course;
use crate::namespace::Namespace;
use crate::request;
use crate::worker::{Stop, Worker};

/// A request is what arrives at once, up to this many bytes.
const REQUEST_BYTES: usize = 65_536;
/// A peer that the censor has silenced is given up after this time.
const PATIENCE: Duration = Duration::from_mins(1);
/// How a slow server answers.
const DRIP_BYTES: usize = 100;
const DRIP: Duration = Duration::from_millis(100);
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
    let datagrams = internet.run(quic::open)?;
    Worker::start(internet, "lab-servers", |stop| {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime
            .enable_all()
            .build()?
            .block_on(serve(listeners, datagrams, stop))
    })
}

/// One listener serves both families.
fn listen(port: u16) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port))
        .with_context(|| format!("listening on port {port}"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn serve(
    listeners: Vec<TcpListener>,
    datagrams: UdpSocket,
    stop: &Stop,
) -> anyhow::Result<()> {
    for listener in listeners {
        tokio::spawn(accept(tokio::net::TcpListener::from_std(listener)?));
    }
    tokio::spawn(quic::serve(tokio::net::UdpSocket::from_std(datagrams)?));
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
    let answer = vec![b'.'; request::answer_bytes(&request)];
    match request::course(&request) {
        Course::ServerHangs => return wait_for_the_end(client).await,
        Course::Slow => drip(&mut client, &answer).await?,
        _ => client.write_all(&answer).await?,
    }
    if request::course(&request) == Course::ServerResets {
        return client.set_zero_linger();
    }
    client.shutdown().await?;
    // Closing before the client has would answer its last bytes with a reset.
    wait_for_the_end(client).await
}

async fn wait_for_the_end(mut client: TcpStream) -> std::io::Result<()> {
    while client.read(&mut [0; 512]).await? > 0 {}
    Ok(())
}

async fn drip(client: &mut TcpStream, answer: &[u8]) -> std::io::Result<()> {
    let mut ticks = tokio::time::interval(DRIP);
    for drop in answer.chunks(DRIP_BYTES) {
        ticks.tick().await;
        client.write_all(drop).await?;
    }
    Ok(())
}
