//! Labels as lines of `prefix,label`.

use super::labels::Entry;
use crate::written;

/// What the first column is called in a header.
const HEADER: &str = "prefix";

/// The entries of all lines but comments (`#`), empty ones and headers.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let lines = text.lines().map(str::trim).enumerate();
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|(index, line)| {
            let entry = entry(line).transpose()?;
            Some(entry.map_err(|complaint| format!("line {}: {complaint}", index + 1)))
        })
        .collect()
}

/// A label may have commas in it, and quotes around it. `None` for a header.
fn entry(line: &str) -> Result<Option<Entry>, String> {
    let (prefix, label) = line
        .split_once(',')
        .ok_or_else(|| format!("{line:?} has no comma: write prefix,label"))?;
    let prefix = prefix.trim();
    if prefix.eq_ignore_ascii_case(HEADER) {
        return Ok(None);
    }
    let label = written::words(unquoted(label.trim()))?;
    Ok(Some((written::prefix(prefix)?, label)))
}

fn unquoted(text: &str) -> &str {
    let inside = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inside.unwrap_or(text)
}
