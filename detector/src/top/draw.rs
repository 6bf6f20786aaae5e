//! A screen: header, alerts, worst prefixes, keys. Pure: the same view is the same cells.

mod header;
mod lists;

use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Margin, Rect},
    text::{Line, Span, Text},
    widgets::{Block, Clear, Padding, Paragraph, Widget as _, Wrap},
};

use super::{
    keys::HELP,
    palette::Palette,
    view::{Pane, View},
};

/// Widest an explanation gets: longer lines are hard to read.
const EXPLANATION: u16 = 78;

/// Draws all of it.
pub(super) fn screen(
    view: &View,
    now: Timestamp,
    palette: Palette,
    area: Rect,
    buffer: &mut Buffer,
) {
    let header = header::lines(view, now, palette);
    let alerts = alerts_height(view, area.height);
    let [top, middle, rest, bottom] = Layout::vertical([
        Constraint::Length(u16::try_from(header.len()).unwrap_or(4)),
        Constraint::Length(alerts),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(area);
    Paragraph::new(Text::from(header)).render(top, buffer);
    lists::alerts(view, now, palette, middle, buffer);
    lists::prefixes(view, palette, rest, buffer);
    footer(palette, bottom, buffer);
    if let Some(said) = view.explanation(now) {
        explanation(&said, palette, middle.union(rest), buffer);
    }
}

/// As many rows as there are alerts, up to a third of the screen, or two where they are looked at.
fn alerts_height(view: &View, height: u16) -> u16 {
    let share = match view.pane {
        Pane::Alerts => height / 2,
        Pane::Prefixes => height / 3,
    };
    // Two lines of border, one of headings, at least one for what there is.
    let wanted = u16::try_from(view.alerts().len().max(1))
        .unwrap_or(u16::MAX)
        .saturating_add(3);
    wanted.min(share.max(4))
}

fn footer(palette: Palette, area: Rect, buffer: &mut Buffer) {
    let keys = HELP.iter().flat_map(|(key, does)| {
        [
            Span::styled(format!(" {key}"), palette.title),
            Span::raw(format!(" {does} ")),
        ]
    });
    keys.collect::<Line<'_>>().render(area, buffer);
}

fn explanation(said: &[String], palette: Palette, within: Rect, buffer: &mut Buffer) {
    let width = within.width.saturating_sub(4).min(EXPLANATION);
    let [title, rest @ ..] = said else {
        return;
    };
    let mut lines = vec![Line::styled(title.clone(), palette.title), Line::default()];
    lines.extend(rest.iter().map(|sentence| Line::raw(sentence.clone())));
    let text = Paragraph::new(lines).wrap(Wrap { trim: true });
    let frame = Block::bordered()
        .title(" Why ")
        .padding(Padding::horizontal(1));
    let area = centred(within, width, height_of(said, width.saturating_sub(4)));
    Clear.render(area.outer(Margin::new(1, 0)).intersection(within), buffer);
    text.block(frame).render(area, buffer);
}

/// Lines that the sentences take once they are wrapped, at most, and the frame.
fn height_of(said: &[String], width: u16) -> u16 {
    let lines = said
        .iter()
        .map(|it| Line::raw(it.as_str()).width() / usize::from(width.max(1)) + 1);
    u16::try_from(lines.sum::<usize>() + 3).unwrap_or(u16::MAX)
}

fn centred(within: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(within.width), height.min(within.height));
    Rect {
        x: within.x + (within.width - width) / 2,
        y: within.y + (within.height - height) / 2,
        width,
        height,
    }
}

#[cfg(test)]
mod tests;
