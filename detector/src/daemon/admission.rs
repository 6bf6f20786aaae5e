//! Who may come in: so many at a time, and the next one waits.
//!
//! Must not know: what they come for.

use std::sync::Arc;

use axum::serve::Listener;
use tokio::sync::Semaphore;

/// At one door.
const GUESTS: usize = 64;

/// Receives whoever comes with `serve`, for ever.
pub(super) async fn admit<L, F>(mut listener: L, serve: impl Fn(L::Io) -> F)
where
    L: Listener,
    F: Future<Output = ()> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(GUESTS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        // Waits by itself where descriptors have run out: some come back when a guest goes.
        let (stream, _address) = listener.accept().await;
        let served = serve(stream);
        tokio::spawn(async move {
            served.await;
            drop(place);
        });
    }
}
