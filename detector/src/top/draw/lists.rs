//! The two lists: alerts, and the prefixes that fare worst.

use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    layout::{Alignment, Constraint, Rect},
    style::Style,
    text::{Line, Text},
    widgets::{
        Block, Cell, HighlightSpacing, Paragraph, Row, StatefulWidget, Table, TableState,
        Widget as _,
    },
};

use crate::{
    event::alert::Grade,
    figures::{count, percent, span},
    status::{PrefixStatus, Standing},
    top::{
        palette::Palette,
        view::{Pane, View},
    },
};

/// From so many columns on there is room for more.
const WIDE: u16 = 120;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Nothing ended, so that nothing is known.
const NO_BAR: char = '·';

/// What fires.
pub(super) fn alerts(
    view: &View,
    now: Timestamp,
    palette: Palette,
    area: Rect,
    buffer: &mut Buffer,
) {
    let is_wide = area.width >= WIDE;
    let rows = view
        .alerts()
        .iter()
        .map(|it| alert(it, now, palette, is_wide));
    let mut head = vec![
        left(""),
        left("range"),
        left("kind"),
        right("hosts"),
        right("failed"),
        right("of"),
        right("lasts"),
    ];
    let mut widths = [1, 19, 14, 6, 8, 8, 11].map(Constraint::Length).to_vec();
    // An IPv6 range has forty-three signs at most.
    widths[1] = if is_wide {
        Constraint::Length(44)
    } else {
        Constraint::Fill(1)
    };
    if is_wide {
        head.extend([right("blocked"), right("beside it"), right("chance")]);
        widths.extend([9, 10, 8].map(Constraint::Length));
    }
    let title = format!(" Alerts: {} ", count(view.alerts().len() as u64));
    let table = Table::new(rows, widths).header(Row::new(head).style(palette.dim));
    list(
        view,
        Pane::Alerts,
        &title,
        "nothing fires",
        table,
        palette,
        area,
        buffer,
    );
}

fn alert<'a>(it: &Standing, now: Timestamp, palette: Palette, is_wide: bool) -> Row<'a> {
    let (mark, style) = match it.grade {
        Grade::Confirmed => ("●", palette.bad),
        Grade::Suspected => ("○", palette.doubtful),
    };
    let range = it
        .prefix
        .map_or_else(|| "everything".to_owned(), |it| it.to_string());
    let age = span(now.duration_since(it.since).unsigned_abs());
    let mut cells = vec![
        Cell::new(mark).style(style),
        Cell::new(range).style(style),
        left(it.kind.name()),
        right(&count(it.destinations_failed.into())),
        right(&count(it.failed)),
        right(&count(it.trials)),
        right(&age),
    ];
    if is_wide {
        cells.push(right(&count(it.members as u64)));
        cells.push(right(&format!("{} work", it.ok_witnesses)));
        cells.push(right(&format!("{:.4}", 1.0 - it.confidence)));
    }
    Row::new(cells)
}

/// What fares worst.
pub(super) fn prefixes(view: &View, palette: Palette, area: Rect, buffer: &mut Buffer) {
    let rows = view.prefixes().iter().map(|it| prefix(it, palette));
    let head = [
        left(""),
        left("prefix"),
        left("whose"),
        right("failed"),
        right("of"),
        right("share"),
        left("five minutes"),
    ];
    let widths = [
        Constraint::Length(1),
        Constraint::Length(18),
        Constraint::Max(44),
        Constraint::Length(7),
        Constraint::Length(8),
        Constraint::Length(6),
        Constraint::Length(15),
    ];
    let table = Table::new(rows, widths).header(Row::new(head).style(palette.dim));
    let title = " Worst prefixes: share of connections that failed ";
    list(
        view,
        Pane::Prefixes,
        title,
        "nothing failed in the last five minutes",
        table,
        palette,
        area,
        buffer,
    );
}

fn prefix<'a>(it: &PrefixStatus, palette: Palette) -> Row<'a> {
    let (mark, style) = match &it.suspicion {
        Some(suspicion) if suspicion.is_blocked => ("●", palette.bad),
        Some(_) => ("○", palette.doubtful),
        None => ("", Style::default()),
    };
    Row::new([
        Cell::new(mark).style(style),
        Cell::new(it.prefix.to_string()).style(style),
        left(it.name.as_deref().unwrap_or_default()),
        right(&count(it.failed)),
        right(&count(it.connections)),
        right(&percent(it.failed, it.connections)),
        Cell::new(sparkline(&it.percent_failed)).style(style),
    ])
}

/// The higher, the more failed; the lowest is none at all, a dot where nothing ended.
fn sparkline(percents: &[Option<u8>]) -> String {
    percents.iter().copied().map(bar).collect()
}

fn bar(percent: Option<u8>) -> char {
    percent.map_or(NO_BAR, |it| {
        BARS[(usize::from(it.min(100)) * 7).div_ceil(100)]
    })
}

#[expect(clippy::too_many_arguments, reason = "what two lists share, once")]
fn list(
    view: &View,
    pane: Pane,
    title: &str,
    nothing: &str,
    table: Table<'_>,
    palette: Palette,
    area: Rect,
    buffer: &mut Buffer,
) {
    let is_chosen = view.pane == pane;
    let style = if is_chosen {
        palette.title
    } else {
        palette.dim
    };
    let block = Block::bordered().title(title).title_style(style);
    let rows = match pane {
        Pane::Alerts => view.alerts().len(),
        Pane::Prefixes => view.prefixes().len(),
    };
    if rows == 0 {
        return Paragraph::new(format!(" {nothing}"))
            .block(block)
            .render(area, buffer);
    }
    let mut state = TableState::default().with_selected(is_chosen.then(|| view.chosen(pane)));
    let table = table
        .block(block)
        .row_highlight_style(palette.chosen)
        .highlight_symbol("▸")
        .highlight_spacing(HighlightSpacing::Always);
    StatefulWidget::render(table, area, buffer, &mut state);
}

fn left<'a>(text: &str) -> Cell<'a> {
    Cell::new(text.to_owned())
}

fn right<'a>(text: &str) -> Cell<'a> {
    Cell::new(Text::from(Line::raw(text.to_owned())).alignment(Alignment::Right))
}
