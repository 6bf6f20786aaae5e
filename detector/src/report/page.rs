//! The page, put together. Pure.

use ipnet::IpNet;
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{evidence, space, timeline};
use crate::{
    figures::{count, percent, several, span},
    told::{Story, Told},
};

const STYLE: &str = include_str!("style.css");
/// Nothing is loaded, and nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";
/// Rows of the table; the others are counted.
const ROWS: usize = 1_000;

/// All of it.
pub(super) fn page(told: &Told) -> Markup {
    let alerts = told.alerts();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { "Blocked ranges" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "Blocked ranges" }
                    (summary(told, &alerts))
                    @if !alerts.is_empty() {
                        section { h2 { "When" } (timeline::timeline(&alerts)) }
                        section { h2 { "Where" } (space::maps(&alerts)) }
                        section { h2 { "By what evidence" } (evidence::charts(&alerts)) }
                        section { h2 { "All alerts" } (table(&alerts)) }
                        section { h2 { "Lists" } (lists(&alerts)) }
                    }
                }
            }
        }
    }
}

fn summary(told: &Told, alerts: &[&Story]) -> Markup {
    let firing = alerts.iter().filter(|it| !it.last.is_resolved()).count();
    let confirmed = alerts
        .iter()
        .filter(|it| it.last.grade == "confirmed")
        .count();
    html! {
        dl.figures {
            (figure(alerts.len(), "alerts"))
            (figure(firing, "still firing"))
            (figure(confirmed, "confirmed"))
            (figure(ranges(alerts, |_| true).len(), "ranges"))
        }
        p.note {
            (period(alerts)) " "
            (count(told.others)) " other events were read."
            @if told.damaged > 0 {
                " " strong { (several(told.damaged, "line", "lines")) " could not be read; what was in there is missing here." }
            }
        }
    }
}

fn figure(number: usize, what: &str) -> Markup {
    html! { div { dt { (what) } dd { (count(number as u64)) } } }
}

fn period(alerts: &[&Story]) -> String {
    let first = alerts.iter().map(|it| it.last.since).min();
    let last = alerts.iter().map(|it| it.last.ts).max();
    match first.zip(last) {
        Some((first, last)) => format!("From {} to {} (UTC).", moment(first), moment(last)),
        None => "No alert was told.".to_owned(),
    }
}

fn table(alerts: &[&Story]) -> Markup {
    let more = alerts.len().saturating_sub(ROWS);
    html! {
        div.wide {
            table {
                thead { tr {
                    @for head in ["since (UTC)", "lasted", "range", "kind", "grade", "hosts", "failed", "whose", "seen by"] {
                        th { (head) }
                    }
                } }
                tbody { @for alert in alerts.iter().take(ROWS) { (row(alert)) } }
            }
        }
        @if more > 0 { p.note { "And " (count(more as u64)) " more." } }
    }
}

fn row(alert: &Story) -> Markup {
    let it = &alert.last;
    let evidence = &it.evidence;
    let lasted = span(it.ts.duration_since(it.since).unsigned_abs());
    html! {
        tr {
            td { (moment(it.since)) }
            td { (lasted) @if !it.is_resolved() { " " strong { "firing" } } }
            td.address { (range(alert)) }
            td { span.dot.(class(&it.kind)) {} (it.kind) }
            td { (it.grade) @if !it.caveats.is_empty() { " " span.note { "(" (it.caveats.join(", ")) ")" } } }
            td.number { (count(evidence.destinations_failed)) }
            td.number { (count(evidence.failed)) " of " (count(evidence.trials)) " (" (percent(evidence.failed, evidence.trials)) ")" }
            td { (it.collateral.as_deref().unwrap_or("")) }
            td { (it.observer.host) }
        }
    }
}

fn lists(alerts: &[&Story]) -> Markup {
    html! {
        (list("Firing, IPv4", &ranges(alerts, |it| !it.last.is_resolved()), true))
        (list("Firing, IPv6", &ranges(alerts, |it| !it.last.is_resolved()), false))
        (list("All, IPv4", &ranges(alerts, |_| true), true))
        (list("All, IPv6", &ranges(alerts, |_| true), false))
        p.note { "A click selects a whole list. `detector export` writes them for nftables, ipset and ip." }
    }
}

fn list(title: &str, ranges: &[IpNet], is_v4: bool) -> Markup {
    let ranges = ranges.iter().filter(|it| it.addr().is_ipv4() == is_v4);
    let lines: Vec<String> = ranges.map(IpNet::to_string).collect();
    html! {
        @if !lines.is_empty() {
            details open[lines.len() <= 20] {
                summary { (title) ": " (several(lines.len() as u64, "range", "ranges")) }
                pre.list { (lines.join("\n")) }
            }
        }
    }
}

/// The ranges that alerts were about last, each once, in order.
fn ranges(alerts: &[&Story], is_meant: impl Fn(&Story) -> bool) -> Vec<IpNet> {
    let meant = alerts.iter().filter(|it| is_meant(it));
    let mut ranges: Vec<IpNet> = meant.filter_map(|it| it.last.prefix).collect();
    ranges.sort_unstable();
    ranges.dedup();
    ranges
}

/// What an alert is about, in a word.
pub(super) fn range(alert: &Story) -> String {
    let prefix = alert.last.prefix;
    prefix.map_or_else(|| "everything".to_owned(), |it| it.to_string())
}

/// How a point in time is written.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The class of a kind; what is not known is of another.
pub(super) fn class(kind: &str) -> &'static str {
    match kind {
        "syn_blackhole" => "syn",
        "quic_blackhole" => "quic",
        "data_blackhole" => "data",
        "data_cutoff" => "cutoff",
        "icmp_blocked" => "icmp",
        "rst_injection" => "rst",
        _ => "other",
    }
}

#[cfg(test)]
mod tests;
