//! The lines at the top: who watches, through what, how fast, and how well.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::{
    figures::{bytes, count, short, span},
    glance::health::complaints,
    status::Status,
    top::{palette::Palette, view::View},
};

/// Four lines; fewer before anything came.
pub(super) fn lines<'a>(view: &View, now: Timestamp, palette: Palette) -> Vec<Line<'a>> {
    let Some(status) = &view.status else {
        return vec![Line::raw(" detector top: waiting for the first poll")];
    };
    vec![
        who(status, palette),
        interfaces(status, palette),
        rates(view, status, palette),
        health(view, status, now, palette),
    ]
}

fn who<'a>(status: &Status, palette: Palette) -> Line<'a> {
    let uptime = span(Duration::from_secs(status.uptime_s));
    Line::from(vec![
        Span::styled(format!(" {}", status.host), palette.title),
        Span::raw(format!("  detector {}  up {uptime}  ", status.version)),
        Span::raw(format!("poll {:.1} ms  ", status.poll_ms)),
        Span::styled(
            format!("{} UTC", status.at.strftime("%Y-%m-%d %H:%M:%S")),
            palette.dim,
        ),
    ])
}

fn interfaces<'a>(status: &Status, palette: Palette) -> Line<'a> {
    let mut spans = Vec::new();
    for it in &status.interfaces {
        spans.push(Span::styled(format!(" {} ", it.iface), palette.title));
        spans.push(Span::raw(format!("{} in, {} out ", it.mode, it.egress)));
    }
    Line::from(spans)
}

fn rates<'a>(view: &View, status: &Status, palette: Palette) -> Line<'a> {
    let of = |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), short);
    let rates = view.rates;
    let memory = status.tables.iter().map(|it| it.bytes).sum();
    let parts = [
        (of(rates.map(|it| it.packets_in)), "/s in  "),
        (of(rates.map(|it| it.packets_out)), "/s out  "),
        (of(rates.map(|it| it.skipped)), "/s not followed  "),
        (count(status.prefixes as u64), " prefixes  "),
        (bytes(memory), " in kernel"),
    ];
    let spans = parts
        .into_iter()
        .flat_map(|(figure, unit)| [Span::styled(figure, palette.title), Span::raw(unit)]);
    [Span::raw(" ")].into_iter().chain(spans).collect()
}

fn health<'a>(view: &View, status: &Status, now: Timestamp, palette: Palette) -> Line<'a> {
    let complaints = view.trouble.iter().cloned().chain(complaints(status, now));
    let complaints: Vec<String> = complaints.collect();
    let (text, style): (String, Style) = if complaints.is_empty() {
        (" ✔ well".to_owned(), palette.good)
    } else {
        (format!(" ✘ {}", complaints.join("; ")), palette.bad)
    };
    Line::styled(text, style)
}
