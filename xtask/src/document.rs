//! The part of a document that a task writes; the rest is written by hand.

use std::fs;

use anyhow::{Context as _, Result};

use crate::workspace;

/// Puts `text` between the marks `<!-- NAME: begin -->` and `<!-- NAME: end -->` of a document.
///
/// # Errors
/// Where the document has no such marks, or cannot be read or written.
pub(crate) fn write(document: &str, name: &str, text: &str) -> Result<()> {
    let path = workspace::root().join(document);
    let older = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let newer = replace(&older, name, text).with_context(|| {
        format!(
            "{document} has no place for the results: add `{}`",
            marks(name).concat()
        )
    })?;
    fs::write(&path, newer).with_context(|| path.display().to_string())
}

/// `None` where the document has no place for it.
fn replace(document: &str, name: &str, text: &str) -> Option<String> {
    let [begin, end] = marks(name);
    let (before, rest) = document.split_once(&begin)?;
    let (_older, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{}\n{end}{after}", text.trim_end()))
}

fn marks(name: &str) -> [String; 2] {
    ["begin", "end"].map(|place| format!("<!-- {name}: {place} -->\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_results_are_replaced_and_the_rest_is_left() {
        let document = "# Title\n\n<!-- arl: begin -->\nold\n<!-- arl: end -->\n\nWhat it says.\n";
        let once = replace(document, "arl", "new\n").unwrap();
        assert_eq!(once, document.replace("old", "new"));
        assert_eq!(replace(&once, "arl", "new\n"), Some(once));
    }

    #[test]
    fn a_document_without_a_place_is_left_alone() {
        assert_eq!(replace("# Title\n", "arl", "new"), None);
        let other = "<!-- simulate: begin -->\n<!-- simulate: end -->\n";
        assert_eq!(replace(other, "arl", "new"), None);
        assert_eq!(replace("<!-- arl: begin -->\ncut", "arl", "new"), None);
    }
}
