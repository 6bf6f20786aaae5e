//! Logs on stderr, apart from the events.

use tracing::Level;
use tracing_subscriber::EnvFilter;

/// What of NATS must be known, its sink says once; the client says it at each connection.
const FILTER: &str = "info,async_nats=off";

/// Begins to log: warnings and notes, or what `RUST_LOG` asks for.
pub(crate) fn init(is_terminal: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_unset| EnvFilter::new(FILTER));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(is_terminal && std::env::var_os("NO_COLOR").is_none())
        .with_target(false)
        .with_writer(std::io::stderr)
        .init();
}

/// Whether the programs in the kernel shall log too.
pub(crate) fn is_verbose() -> bool {
    tracing::enabled!(Level::DEBUG)
}
