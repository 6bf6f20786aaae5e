//! Which key does what. Must not know: what comes of it.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};

/// What somebody wants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Key {
    /// Away.
    Quit,
    /// Out of the explanation.
    Back,
    /// So many rows down, or up where negative.
    Move(isize),
    /// To the other list.
    Switch,
    /// Why a row is there.
    Explain,
}

/// What the footer says of them.
pub(super) const HELP: [(&str, &str); 4] = [
    ("↑↓", "choose"),
    ("Tab", "other list"),
    ("Enter", "explain"),
    ("q", "quit"),
];

/// Rows that a page key moves by.
const PAGE: isize = 10;

/// What an event of the terminal means, if anything.
pub(super) fn key(event: &Event) -> Option<Key> {
    let Event::Key(event) = event else {
        return None;
    };
    if event.kind == KeyEventKind::Release {
        return None;
    }
    match event.code {
        KeyCode::Char('c' | 'd') if event.modifiers.contains(KeyModifiers::CONTROL) => {
            Some(Key::Quit)
        }
        KeyCode::Char('q') => Some(Key::Quit),
        KeyCode::Esc => Some(Key::Back),
        KeyCode::Up | KeyCode::Char('k') => Some(Key::Move(-1)),
        KeyCode::Down | KeyCode::Char('j') => Some(Key::Move(1)),
        KeyCode::PageUp => Some(Key::Move(-PAGE)),
        KeyCode::PageDown => Some(Key::Move(PAGE)),
        KeyCode::Home | KeyCode::Char('g') => Some(Key::Move(isize::MIN)),
        KeyCode::End | KeyCode::Char('G') => Some(Key::Move(isize::MAX)),
        KeyCode::Tab | KeyCode::BackTab => Some(Key::Switch),
        KeyCode::Enter | KeyCode::Char('e' | '?') => Some(Key::Explain),
        _ => None,
    }
}
