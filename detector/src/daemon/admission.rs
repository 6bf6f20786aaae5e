//! Who may come in: so many at a time, and where there are as many, whoever has been there the longest makes room. Nobody
//! keeps others out by staying.
//!
//! Must not know: what they come for.

use std::collections::VecDeque;

use axum::serve::Listener;
use tokio::task::{AbortHandle, yield_now};

/// At one door.
const GUESTS: usize = 64;

/// Receives whoever comes with `serve`, for ever.
pub(super) async fn admit<L, F>(mut listener: L, serve: impl Fn(L::Io) -> F)
where
    L: Listener,
    F: Future<Output = ()> + Send + 'static,
{
    let mut guests: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        // Waits by itself where descriptors have run out: some come back when a guest goes.
        let (stream, _address) = listener.accept().await;
        guests.retain(|guest| !guest.is_finished());
        if guests.len() >= GUESTS
            && let Some(longest) = guests.pop_front()
        {
            longest.abort();
        }
        guests.push_back(tokio::spawn(serve(stream)).abort_handle());
        // Each is served something before the next comes, however many there are.
        yield_now().await;
    }
}
