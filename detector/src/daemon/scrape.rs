//! Metrics over HTTP, on a port of this machine and on a socket: one request a connection, and no orders.
//!
//! Must not know: what a metric is.

use std::{io, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{
        HeaderMap,
        header::{ACCEPT, CONTENT_TYPE},
    },
    response::IntoResponse,
    routing::get,
};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener},
    sync::watch,
    time::timeout,
};

use super::{admission::admit, socket};
use crate::{
    failure::Failure,
    metrics::{Format, Metrics},
    status::Status,
};

/// Who has not asked and read the answer by then is let go.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where whoever scrapes comes in.
pub(super) struct Doors {
    port: Option<TcpListener>,
    socket: Option<UnixListener>,
}

impl Doors {
    /// Opens those that are asked for.
    ///
    /// # Errors
    /// [`Failure::Failed`] where one cannot be had.
    pub(super) async fn open(asked: &Metrics) -> Result<Self, Failure> {
        let port = match asked.listen {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let socket = asked.socket.as_deref().map(listen_at).transpose()?;
        Ok(Self { port, socket })
    }

    /// Serves whoever comes from now on.
    pub(super) fn serve(self, status: &watch::Receiver<Arc<Status>>) {
        let router = Router::new()
            .route("/metrics", get(metrics))
            .route("/", get("Metrics are at /metrics.\n"))
            .with_state(status.clone());
        if let Some(port) = self.port {
            let router = router.clone();
            tokio::spawn(admit(port, move |stream| answer(stream, router.clone())));
        }
        if let Some(socket) = self.socket {
            tokio::spawn(admit(socket, move |stream| answer(stream, router.clone())));
        }
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| refused("metrics.listen", &address.to_string(), &error))
}

fn listen_at(path: &Path) -> Result<UnixListener, Failure> {
    let listener = socket::listen(path);
    listener.map_err(|error| refused("metrics.socket", &path.display().to_string(), &error))
}

fn refused(key: &str, place: &str, error: &io::Error) -> Failure {
    Failure::Failed(format!("{place}: {error}; write another place ({key})"))
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, router: Router) {
    let connection = http1::Builder::new()
        // Whoever asks again comes again: nobody holds a place without using it.
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // Whoever breaks off or is let go learns it by that.
    let _outcome = timeout(PATIENCE, connection).await;
}

async fn metrics(
    State(status): State<watch::Receiver<Arc<Status>>>,
    headers: HeaderMap,
) -> impl IntoResponse {
    let accept = headers.get(ACCEPT).and_then(|it| it.to_str().ok());
    let format = Format::accepted(accept.unwrap_or_default());
    let latest = Arc::clone(&status.borrow());
    ([(CONTENT_TYPE, format.content_type())], format.text(latest))
}
