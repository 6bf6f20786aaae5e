//! Receives what others post over HTTP, JSON as it is, and remembers where it was addressed to. Knows no sender.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::routing::post;
use serde_json::Value;

use crate::namespace::Namespace;
use crate::watched::Watched;
use crate::worker::Worker;

/// Open until it is dropped.
#[derive(Debug)]
pub struct Inbox {
    letters: Arc<Watched<Vec<Letter>>>,
    _worker: Worker,
}

/// What was posted once.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The path of its address.
    pub path: String,
    /// What it says.
    pub body: Value,
}

impl Inbox {
    /// Opens one at `address` inside `namespace`.
    ///
    /// # Errors
    /// When the address is taken, or the thread cannot be started.
    pub fn open(namespace: &Namespace, address: SocketAddr) -> anyhow::Result<Self> {
        let letters = Arc::<Watched<Vec<Letter>>>::default();
        let router = Router::new()
            .fallback(post(receive))
            .with_state(Arc::clone(&letters));
        let listener = namespace.run(|| Ok(TcpListener::bind(address)?))?;
        listener.set_nonblocking(true)?;
        let worker = Worker::start(namespace, "lab-inbox", move |stop| {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build()?.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                tokio::spawn(async move { axum::serve(listener, router).await });
                stop.given().await
            })
        })?;
        Ok(Self {
            letters,
            _worker: worker,
        })
    }

    /// Waits for a letter that is `wanted`, among those that came and those that come.
    ///
    /// # Errors
    /// When none comes within `patience`; shows those that came.
    pub fn wait_for(
        &self,
        patience: Duration,
        wanted: impl Fn(&Letter) -> bool,
    ) -> anyhow::Result<Letter> {
        let found = self.letters.wait(patience, |letters| {
            letters.iter().find(|letter| wanted(letter)).cloned()
        });
        found.with_context(|| format!("not within {patience:?}: {:#?}", self.all()))
    }

    /// All that came so far.
    pub fn all(&self) -> Vec<Letter> {
        self.letters.read(Clone::clone)
    }
}

async fn receive(
    State(letters): State<Arc<Watched<Vec<Letter>>>>,
    address: Uri,
    Json(body): Json<Value>,
) {
    let path = address.path().to_owned();
    letters.update(|letters| letters.push(Letter { path, body }));
}
