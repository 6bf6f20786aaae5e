//! `detector report`: one page of alerts, whole in itself: when, which ranges, by what evidence.
//!
//! Must not know: how a block is found.

mod evidence;
mod hilbert;
mod page;
mod space;
mod timeline;

use std::fs;

use crate::{
    cli::ReportArgs,
    failure::Failure,
    figures::{count, several},
    print::print,
    told::Told,
};

/// Reads events and writes the page.
///
/// # Errors
/// [`Failure::Failed`] where events cannot be read, or the page cannot be written.
pub fn run(args: &ReportArgs) -> Result<(), Failure> {
    let mut told = Told::default();
    for file in &args.files {
        told.read(file)?;
    }
    let page = page::page(&told).into_string();
    let name = args.output.display();
    fs::write(&args.output, page).map_err(|error| {
        Failure::Failed(format!(
            "{name}: {error}; name a file that can be written with -o"
        ))
    })?;
    let alerts = several(told.alerts().len() as u64, "alert", "alerts");
    let damaged = match told.damaged {
        0 => String::new(),
        some => format!("; {} could not be read", several(some, "line", "lines")),
    };
    print(&format!(
        "{name}: {alerts} ({} other events){damaged}\n",
        count(told.others)
    ))
}
