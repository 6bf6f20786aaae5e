//! Text on stdout, for the commands that answer and end.

use std::io::{self, Write as _};

use crate::failure::Failure;

/// Writes `text`. Whoever closed stdout has read enough.
///
/// # Errors
/// [`Failure::Failed`] where it cannot be written.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Failed(format!("stdout: {error}")))
        }
        _ => Ok(()),
    }
}
