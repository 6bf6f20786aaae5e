//! A status as tables that fit eighty columns. Pure.

use std::time::Duration;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Row, Table, presets::NOTHING};
use jiff::Timestamp;

use super::health::complaints;
use crate::{
    figures::{bytes, count, percent, several, span},
    status::{Counts, Standing, Status},
};

const WIDTH: u16 = 80;
/// Alerts that are shown; the others are counted.
const ALERTS: usize = 20;

/// All of it.
pub(super) fn page(status: &Status, now: Timestamp) -> String {
    let parts = [
        head(status, now),
        interfaces(status),
        packets(status),
        tables(status),
        alerts(status),
    ];
    parts.join("\n")
}

fn head(status: &Status, now: Timestamp) -> String {
    let complaints = complaints(status, now);
    let health = match complaints.as_slice() {
        [] => "well".to_owned(),
        complaints => complaints.join("; "),
    };
    let firing = several(status.alerts.len() as u64, "alert", "alerts");
    let uptime = span(Duration::from_secs(status.uptime_s));
    let mut table = table();
    table.add_row([
        "host",
        &format!("{}, detector {}, up {uptime}", status.host, status.version),
    ]);
    table.add_row(["health", &health]);
    table.add_row([
        "poll",
        &format!(
            "{:.1} ms, the latest of {}",
            status.poll_ms,
            count(status.polls)
        ),
    ]);
    table.add_row(["firing", &firing]);
    text(&table)
}

fn interfaces(status: &Status) -> String {
    let mut table = table();
    table.set_header(["interface", "index", "in", "out"]);
    for it in &status.interfaces {
        table.add_row([&it.iface, &it.ifindex.to_string(), &it.mode, &it.egress]);
    }
    text(&table)
}

fn packets(status: &Status) -> String {
    let mut table = table();
    table.set_header(["packets", ""]);
    table.add_row(amount("in", status.packets_in));
    table.add_row(amount("out", status.packets_out));
    add_all(&mut table, "not followed: ", &status.skipped);
    add_all(&mut table, "no room: ", &status.lost);
    text(&table)
}

fn add_all(table: &mut Table, what: &str, counts: &Counts) {
    for (name, number) in counts {
        table.add_row(amount(&format!("{what}{name}"), *number));
    }
}

fn tables(status: &Status) -> String {
    let mut table = table();
    table.set_header(row(
        &["kernel table"],
        &["entries", "capacity", "full", "memory"],
    ));
    for it in &status.tables {
        let (entries, full) = it.entries.map_or_else(
            || ("-".to_owned(), "-".to_owned()),
            |entries| (count(entries), percent(entries, it.capacity.into())),
        );
        let capacity = count(it.capacity.into());
        table.add_row(row(
            &[&it.name],
            &[&entries, &capacity, &full, &bytes(it.bytes)],
        ));
    }
    let sum = bytes(status.tables.iter().map(|it| it.bytes).sum());
    table.add_row(row(&["together"], &["", "", "", &sum]));
    text(&table)
}

fn alerts(status: &Status) -> String {
    if status.alerts.is_empty() {
        return "no alert is firing\n".to_owned();
    }
    let mut table = table();
    table.set_header(row(
        &["alert", "kind", "grade", "since (UTC)"],
        &["failed", "of"],
    ));
    for alert in status.alerts.iter().take(ALERTS) {
        table.add_row(alert_row(alert));
    }
    let mut text = text(&table);
    let more = status.alerts.len().saturating_sub(ALERTS);
    if more > 0 {
        text += &format!(
            "and {more} more: `detector status --json` has all
"
        );
    }
    text
}

fn alert_row(alert: &Standing) -> Row {
    let range = alert
        .prefix
        .map_or_else(|| "everything".to_owned(), |it| it.to_string());
    let range = if alert.is_told {
        range
    } else {
        format!("{range} (not told yet)")
    };
    let since = alert.since.strftime("%m-%d %H:%M:%S").to_string();
    row(
        &[&range, alert.kind.name(), alert.grade.name(), &since],
        &[&count(alert.failed), &count(alert.trials)],
    )
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_width(WIDTH);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table
}

fn amount(what: &str, number: u64) -> Row {
    row(&[what], &[&count(number)])
}

/// Words to the left, then numbers to the right.
fn row(words: &[&str], numbers: &[&str]) -> Row {
    let words = words.iter().map(Cell::new);
    let numbers = numbers
        .iter()
        .map(|number| Cell::new(number).set_alignment(CellAlignment::Right));
    words.chain(numbers).collect::<Vec<Cell>>().into()
}

fn text(table: &Table) -> String {
    let lines = table.lines().map(|line| format!("{}\n", line.trim_end()));
    lines.collect()
}
