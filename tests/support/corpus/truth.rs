//! The labels: which connection of which capture met what, as people found out who looked at the packets. Pure.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};

use super::expectation::{self, Expectation};

/// Beside the captures.
pub const FILE: &str = "TRUTH.tsv";

/// A labelled connection.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// The capture it is in.
    pub file: String,
    /// When its first packet passed.
    pub begun: Timestamp,
    /// Who began it.
    pub client: SocketAddr,
    /// With whom.
    pub server: SocketAddr,
    /// What the label asks.
    pub expectation: &'static Expectation,
    /// Why it has the label.
    pub evidence: String,
}

/// Reads the table; columns are found by their name.
///
/// # Errors
/// Names the first line that cannot be read.
pub fn parse(table: &str) -> Result<Vec<Labelled>> {
    let mut lines = table.lines();
    let names: Vec<_> = lines.next().context("no header")?.split('\t').collect();
    let lines = lines.enumerate().filter(|(_, line)| !line.is_empty());
    let rows = lines.map(|(index, line)| {
        let cells: Vec<_> = line.split('\t').collect();
        row(&names, &cells).with_context(|| format!("line {}", index + 2))
    });
    rows.collect()
}

fn row(names: &[&str], cells: &[&str]) -> Result<Labelled> {
    let cell = |name: &str| {
        let at = names.iter().position(|it| *it == name);
        let cell = at.and_then(|at| cells.get(at));
        cell.copied().with_context(|| format!("no {name}"))
    };
    let label = cell("label")?;
    let word = label.split(' ').next().unwrap_or(label);
    Ok(Labelled {
        file: cell("file")?.to_owned(),
        begun: moment(cell("first_packet_epoch")?)?,
        client: cell("client")?.parse().context("client")?,
        server: cell("server")?.parse().context("server")?,
        expectation: expectation::of(word).with_context(|| format!("unknown label {label}"))?,
        evidence: cell("evidence")?.to_owned(),
    })
}

fn moment(epoch: &str) -> Result<Timestamp> {
    let seconds: f64 = epoch.parse().with_context(|| epoch.to_owned())?;
    let since = SignedDuration::try_from_secs_f64(seconds)?;
    Ok(Timestamp::UNIX_EPOCH.checked_add(since)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "file\tfirst_packet_epoch\tclient\tserver\tlabel\tevidence";

    fn parsed(row: &str) -> Result<Vec<Labelled>> {
        parse(&format!("{HEADER}\n{row}\n"))
    }

    #[test]
    fn a_row_is_read_by_the_names_of_its_columns() {
        let rows = parsed(
            "a/b.pcap\t1742829174.982467\t192.0.2.1:4\t[2001:db8::1]:443\tINJECTED_RST (lab)\t3 RST",
        );
        let [row] = &rows.unwrap()[..] else {
            panic!("one row")
        };
        assert_eq!(row.file, "a/b.pcap");
        assert_eq!(row.begun.as_millisecond(), 1_742_829_174_982);
        assert_eq!(row.client.to_string(), "192.0.2.1:4");
        assert_eq!(row.server.to_string(), "[2001:db8::1]:443");
        assert_eq!(
            (row.expectation.label, row.evidence.as_str()),
            ("INJECTED_RST", "3 RST")
        );
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named_by_its_line() {
        for row in [
            "a.pcap\tsoon\t192.0.2.1:4\t192.0.2.2:443\tOK\t",
            "a.pcap\t1.5\t192.0.2.1\t192.0.2.2:443\tOK\t",
            "a.pcap\t1.5\t192.0.2.1:4\t192.0.2.2:443\tPERHAPS\t",
            "a.pcap\t1.5",
        ] {
            assert_eq!(parsed(row).unwrap_err().to_string(), "line 2", "{row}");
        }
    }
}
