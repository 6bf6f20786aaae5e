//! Where metrics are served, as the administrator says it.

use std::{net::SocketAddr, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// Where metrics are served: nowhere, unless one of these says so.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// An address and port of this machine for Prometheus, such as 127.0.0.1:9736.
    pub listen: Option<SocketAddr>,
    /// Whether `listen` may be an address that others reach. Whoever does reads what is blocked, and nothing guards it.
    pub allow_remote: bool,
    /// A socket (unix) that serves the same, for whoever may open files there.
    pub socket: Option<PathBuf>,
}

/// For serde: settings that fit together.
///
/// # Errors
/// A complaint where anybody could read what nobody said they may.
pub(crate) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Metrics, D::Error> {
    let metrics = Metrics::deserialize(from)?;
    match metrics.listen {
        Some(listen) if !listen.ip().is_loopback() && !metrics.allow_remote => {
            Err(D::Error::custom(format!(
                "metrics.listen: {listen} can be reached from elsewhere: write 127.0.0.1:{port}, or \
                 allow_remote = true beside it",
                port = listen.port()
            )))
        }
        _ => Ok(metrics),
    }
}
