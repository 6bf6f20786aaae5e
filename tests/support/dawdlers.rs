//! Those who connect, begin to ask over HTTP, and never finish. Knows nothing of whom they ask.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::namespace::Namespace;
use crate::worker::Worker;

/// They go when this is dropped.
#[derive(Debug)]
pub struct Dawdlers {
    _worker: Worker,
}

impl Dawdlers {
    /// Sends so many from `namespace` to `address`, all at once.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn send(namespace: &Namespace, address: SocketAddr, many: usize) -> anyhow::Result<Self> {
        let worker = Worker::start(namespace, "lab-dawdlers", move |stop| {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build()?.block_on(async {
                for _ in 0..many {
                    tokio::spawn(async move { dawdle(address).await.ok() });
                }
                stop.given().await
            })
        })?;
        Ok(Self { _worker: worker })
    }
}

/// Until it is let go.
async fn dawdle(address: SocketAddr) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: ").await?;
    stream.read_to_end(&mut Vec::new()).await?;
    Ok(())
}
