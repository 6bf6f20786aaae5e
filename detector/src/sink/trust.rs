//! Whom a sink believes to be its peer: certificates of authorities. Also reads what else the administrator keeps in files.
//!
//! Must not know: who asks.

use std::{fs, path::Path};

use rustls_native_certs::load_native_certs;
use ureq::tls::{Certificate, PemItem, parse_pem};

use crate::failure::Failure;

/// The system's certificates, and those of `more`.
///
/// # Errors
/// [`Failure::Config`] names the file that cannot be used.
pub(super) fn trusted(more: Option<&Path>) -> Result<Vec<Certificate<'static>>, Failure> {
    // Those that cannot be read are not trusted.
    let system = load_native_certs().certs;
    let mut roots: Vec<_> = system
        .iter()
        .map(|it| Certificate::from_der(it).to_owned())
        .collect();
    if let Some(path) = more {
        roots.extend(certificates(path)?);
    }
    Ok(roots)
}

/// All of a file.
///
/// # Errors
/// [`Failure::Config`] names it.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::Config(format!("{}: {error}; a sink needs it", path.display())))
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, Failure> {
    let text = read(path)?;
    let items: Result<Vec<_>, _> = parse_pem(text.as_bytes()).collect();
    let certificates: Vec<_> = items
        .into_iter()
        .flatten()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(Failure::Config(format!(
            "{}: no certificate is in it; give a file of certificates (PEM)",
            path.display()
        )));
    }
    Ok(certificates)
}
