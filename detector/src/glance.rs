//! `detector status`: how things stand with the running detector, at a glance. Needs no root.
//!
//! Must not know: how a status comes about.

pub mod health;
mod tables;

use jiff::Timestamp;

use self::tables::page;
use crate::{cli::StatusArgs, client, failure::Failure, print::print};

/// Asks the running detector, and shows what it says.
///
/// # Errors
/// [`Failure::Unavailable`] where none runs.
pub fn run(args: &StatusArgs) -> Result<(), Failure> {
    let named = args.socket.status_socket.as_deref();
    if args.json {
        return print(&format!("{}\n", client::line(named)?));
    }
    print(&page(&client::status(named)?, Timestamp::now()))
}
