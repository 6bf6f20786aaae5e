//! Metrics: a status as text of the `OpenMetrics` format, and as the older text of Prometheus.
//!
//! Names, types and labels are a contract: docs/METRICS.md lists them, and a test holds it against the families here.
//! No label comes out of a packet but the ranges of alerts that fire, and of those at most so many. Must not know: how
//! a status comes about, or who asks.

mod alerts;
mod family;
mod older;
mod own;
mod settings;
mod sinks;
mod traffic;

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use prometheus_client::{
    collector::Collector, encoding::DescriptorEncoder, encoding::text::encode, registry::Registry,
};

use self::family::Family;
pub use self::settings::Metrics;
pub(crate) use self::settings::read;
use crate::status::Status;

/// What a text is written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// What Prometheus asks for.
    OpenMetrics,
    /// What everybody else reads.
    Older,
}

impl Format {
    /// The one that whoever sends such an `Accept` header understands.
    pub fn accepted(accept: &str) -> Self {
        if accept.contains("application/openmetrics-text") {
            Self::OpenMetrics
        } else {
            Self::Older
        }
    }

    /// Its name in a `Content-Type` header.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Older => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// Everything that `status` says.
    pub fn text(self, status: Arc<Status>) -> String {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Reading(status)));
        let mut text = String::new();
        // Writing to a string does not fail.
        encode(&mut text, &registry).ok();
        match self {
            Self::OpenMetrics => text,
            Self::Older => older::rewritten(&text),
        }
    }
}

/// A status in the hands of the encoder.
#[derive(Debug)]
struct Reading(Arc<Status>);

impl Collector for Reading {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        families().try_for_each(|family| family.encode(&self.0, &mut encoder))
    }
}

/// Every family, in the order in which they are told.
fn families() -> impl Iterator<Item = &'static Family> {
    [
        &alerts::FAMILIES[..],
        &traffic::FAMILIES,
        &sinks::FAMILIES,
        &own::FAMILIES,
    ]
    .into_iter()
    .flatten()
}
