//! `detector export`: the ranges of firing alerts as lists, for administrators who route around a block.
//!
//! Must not know: how a block is found.

mod lists;

use std::collections::BTreeSet;

use ipnet::IpNet;

use self::lists::{Hops, ipset, nft, routes};
use crate::{
    cli::{ExportArgs, ExportForm},
    client,
    failure::Failure,
    print::print,
    told::Told,
};

/// Writes the list that was asked for on stdout.
///
/// # Errors
/// [`Failure::Usage`] where routes have no way to go, [`Failure::Failed`] where events cannot be read,
/// [`Failure::Unavailable`] where no detector runs.
pub fn run(args: &ExportArgs) -> Result<(), Failure> {
    let hops = Hops {
        via: &args.via,
        dev: args.dev.as_deref(),
    };
    let ranges = ranges(args)?;
    print(&match args.form {
        ExportForm::Nft => nft(&ranges),
        ExportForm::Ipset => ipset(&ranges),
        ExportForm::Routes => routes(&ranges, hops)?,
    })
}

/// The ranges of the alerts that fire, in order; of two that overlap only the wider one.
fn ranges(args: &ExportArgs) -> Result<Vec<IpNet>, Failure> {
    let Some(path) = &args.events else {
        let status = client::status(args.socket.status_socket.as_deref())?;
        return Ok(widest(status.alerts.iter().filter_map(|it| it.prefix)));
    };
    let mut told = Told::default();
    told.read(path)?;
    let alerts = told.alerts().into_iter();
    let firing = alerts.filter(|it| !it.last.is_resolved());
    Ok(widest(firing.filter_map(|it| it.last.prefix)))
}

fn widest(prefixes: impl Iterator<Item = IpNet>) -> Vec<IpNet> {
    let prefixes: BTreeSet<IpNet> = prefixes.map(|it| it.trunc()).collect();
    let mut ranges: Vec<IpNet> = Vec::new();
    // The widest comes right before all that lie in it.
    for prefix in prefixes {
        if ranges.last().is_none_or(|it| !it.contains(&prefix)) {
            ranges.push(prefix);
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_inside_another_is_left_out() {
        let nets = [
            "198.18.16.0/20",
            "198.18.0.0/15",
            "2001:db8::/44",
            "203.0.113.0/24",
        ];
        let nets = nets.map(|net| net.parse().unwrap());
        let ranges: Vec<String> = widest(nets.into_iter())
            .iter()
            .map(IpNet::to_string)
            .collect();
        assert_eq!(ranges, ["198.18.0.0/15", "203.0.113.0/24", "2001:db8::/44"]);
    }
}
