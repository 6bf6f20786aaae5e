//! A port in one namespace that leads to a socket in the file system, which all namespaces share. Knows nothing of what
//! passes.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpStream, UnixStream};

use crate::namespace::Namespace;
use crate::worker::Worker;

/// Open until it is dropped.
#[derive(Debug)]
pub struct Relay {
    _worker: Worker,
}

impl Relay {
    /// Leads from `address` inside `namespace` to the socket at `path`.
    ///
    /// # Errors
    /// When the address is taken, or the thread cannot be started.
    pub fn open(namespace: &Namespace, address: SocketAddr, path: &Path) -> anyhow::Result<Self> {
        let path = path.to_owned();
        let listener = namespace.run(|| Ok(TcpListener::bind(address)?))?;
        listener.set_nonblocking(true)?;
        let worker = Worker::start(namespace, "lab-relay", move |stop| {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build()?.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                tokio::spawn(accept(listener, path));
                stop.given().await
            })
        })?;
        Ok(Self { _worker: worker })
    }
}

async fn accept(listener: tokio::net::TcpListener, path: PathBuf) {
    while let Ok((stream, _)) = listener.accept().await {
        let path = path.clone();
        // Where nobody serves the socket, the connection ends, as it would without a relay.
        tokio::spawn(async move { pass(stream, &path).await.ok() });
    }
}

async fn pass(mut stream: TcpStream, path: &Path) -> std::io::Result<()> {
    let mut socket = UnixStream::connect(path).await?;
    copy_bidirectional(&mut stream, &mut socket).await?;
    Ok(())
}
