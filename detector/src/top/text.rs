//! A screen as plain text.

use jiff::Timestamp;
use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{draw, palette::Palette, view::View};

/// What a terminal of that size would show, a line for each of its lines.
pub(super) fn screen(view: &View, now: Timestamp, area: Rect) -> String {
    let mut buffer = Buffer::empty(area);
    draw::screen(view, now, Palette::of(false), area, &mut buffer);
    let lines = (area.top()..area.bottom()).map(|row| {
        let mut line = String::new();
        let mut column = area.left();
        while let Some(cell) = buffer.cell((column, row)) {
            line.push_str(cell.symbol());
            // A wide sign takes the cells after its own too.
            let width = Span::raw(cell.symbol()).width().max(1);
            column = column.saturating_add(u16::try_from(width).unwrap_or(1));
        }
        format!("{}\n", line.trim_end())
    });
    lines.collect()
}
