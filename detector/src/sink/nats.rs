//! Messages in a stream of NATS, where the program was built with that.
//!
//! Must not know: how a message travels, which is `jet_stream`'s.

#[cfg(feature = "nats")]
mod jet_stream;

use std::time::Duration;

use super::{Format, config::Nats, outlet::Outlet};
use crate::failure::Failure;

/// A sink that publishes.
///
/// # Errors
/// [`Failure::Config`] names the file that cannot be used.
#[cfg(feature = "nats")]
pub(super) fn open(
    nats: &Nats,
    format: Format,
    patience: Duration,
) -> Result<Box<dyn Outlet>, Failure> {
    Ok(Box::new(jet_stream::JetStream::new(
        nats, format, patience,
    )?))
}

/// None: the program was built without.
///
/// # Errors
/// [`Failure::Config`] says what to build.
#[cfg(not(feature = "nats"))]
pub(super) fn open(
    _nats: &Nats,
    _format: Format,
    _patience: Duration,
) -> Result<Box<dyn Outlet>, Failure> {
    Err(unbuilt())
}

#[cfg(any(not(feature = "nats"), test))]
fn unbuilt() -> Failure {
    Failure::Config(
        "this detector has no sinks of type \"nats\": take the one of the package, or build it with \
         `cargo build --release -p detector --features nats`"
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_no_such_sink_is_told_in_one_line_what_to_build() {
        let said = unbuilt().to_string();
        assert!(
            said.contains("--features nats") && !said.contains('\n'),
            "{said}"
        );
    }

    #[test]
    fn a_configuration_with_such_a_sink_is_refused_where_the_program_has_none() {
        let text = "type = \"nats\"\nservers = [\"nats://127.0.0.1:4222\"]";
        let config = toml::from_str(text).unwrap();
        let answer = crate::sink::Sinks::check(&[config]);
        assert_eq!(answer.is_ok(), cfg!(feature = "nats"), "{answer:?}");
    }
}
