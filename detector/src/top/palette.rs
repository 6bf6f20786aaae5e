//! Styles. Every meaning that a colour has is in a sign or a word too; the colours are the terminal's own, told apart
//! by those who see no red beside green.

use ratatui::style::{Color, Modifier, Style};

/// How things look by what they mean.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Palette {
    /// Names of things.
    pub(super) title: Style,
    /// What matters less.
    pub(super) dim: Style,
    /// A confirmed block, or something that is wrong.
    pub(super) bad: Style,
    /// A suspicion.
    pub(super) doubtful: Style,
    /// All is well.
    pub(super) good: Style,
    /// The chosen row.
    pub(super) chosen: Style,
}

impl Palette {
    /// With colours, or with what is left without.
    pub(super) const fn of(is_coloured: bool) -> Self {
        let plain = Self {
            title: Style::new().add_modifier(Modifier::BOLD),
            dim: Style::new().add_modifier(Modifier::DIM),
            bad: Style::new().add_modifier(Modifier::BOLD),
            doubtful: Style::new(),
            good: Style::new(),
            chosen: Style::new().add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        };
        if !is_coloured {
            return plain;
        }
        Self {
            title: plain.title.fg(Color::Cyan),
            bad: plain.bad.fg(Color::LightRed),
            doubtful: Style::new().fg(Color::Yellow),
            good: Style::new().fg(Color::LightBlue),
            ..plain
        }
    }
}
