//! What is wrong with a file, on one line: where, what, and the cure.

use toml::de::Error;

use super::keys::keys;
use crate::keys::Key;

/// How alike a key must be to be taken for what was meant (Jaro and Winkler; 1 is the same).
const ALIKE: f64 = 0.8;

pub(super) fn complaint(text: &str, error: &Error) -> String {
    let span = error.span().unwrap_or_default();
    let (line, column) = place(text, span.start);
    let message = error.message().replace('\n', " ");
    // The list of every key there is helps less than the one that was meant.
    let (what, cure) = match meant(text.get(span).unwrap_or_default(), &message) {
        Some(cure) => (message.split(", expected").next().unwrap_or(&message), cure),
        None => (
            message.as_str(),
            "`detector config explain` has every key".to_owned(),
        ),
    };
    format!("line {line}, column {column}: {what}; {cure}")
}

/// The cure for an unknown key that looks like one that there is.
fn meant(written: &str, message: &str) -> Option<String> {
    if !message.starts_with("unknown field") {
        return None;
    }
    let (likeness, key) = most_alike(written)?;
    let is_misplaced = key.name == written;
    (likeness >= ALIKE).then(|| {
        if is_misplaced {
            format!("its place is `{}`", key.path)
        } else {
            format!("did you mean `{}`?", key.name)
        }
    })
}

fn most_alike(written: &str) -> Option<(f64, Key)> {
    let keys = keys().into_iter();
    let alike = keys.map(|key| (strsim::jaro_winkler(written, &key.name), key));
    alike.max_by(|(one, _), (other, _)| one.total_cmp(other))
}

/// Line and column of a byte, both from one.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_begins = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_begins..].chars().count() + 1)
}
