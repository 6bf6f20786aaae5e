//! Unsafe code stands in the rooms that SECURITY.md lists, and each of those has some. The compiler refuses it where no
//! `#![expect(unsafe_code)]` stands; who writes one more has to say so where it is read.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};

use crate::workspace;

const DOCUMENT: &str = "SECURITY.md";
const HEADING: &str = "## Rooms of unsafe code";
/// What follows the keyword, as rustfmt writes it, or its attribute.
const FOLLOWERS: [&str; 6] = [" {", " extern", " fn", " impl", " trait", "("];

pub(crate) fn check() -> Result<()> {
    let document = workspace::root().join(DOCUMENT);
    let document = fs::read_to_string(document).context(DOCUMENT)?;
    compare(&listed(&document), &found(workspace::root())?)
}

fn compare(listed: &BTreeSet<String>, found: &BTreeSet<String>) -> Result<()> {
    let names = |set: Vec<&String>| set.into_iter().cloned().collect::<Vec<_>>().join(", ");
    let unlisted = names(found.difference(listed).collect());
    ensure!(
        unlisted.is_empty(),
        "unsafe code in {unlisted}: do without, or list it in {DOCUMENT} with its reason"
    );
    let gone = names(listed.difference(found).collect());
    ensure!(
        gone.is_empty(),
        "{DOCUMENT} lists {gone}, which has no unsafe code: take it off the list"
    );
    Ok(())
}

/// The first cell of each row, without its marks.
fn listed(document: &str) -> BTreeSet<String> {
    let lines = document.lines().skip_while(|line| *line != HEADING).skip(1);
    let section = lines.take_while(|line| !line.starts_with("## "));
    let cells = section.filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    cells.map(|(path, _reason)| path.to_owned()).collect()
}

fn found(root: &Path) -> Result<BTreeSet<String>> {
    let mut rooms = BTreeSet::new();
    for path in sources(root)? {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        if text.lines().any(is_unsafe) {
            let place = path.strip_prefix(root).unwrap_or(&path);
            rooms.insert(place.display().to_string());
        }
    }
    Ok(rooms)
}

/// Of every crate here, the fuzz targets' too, and of no other: cargo's folder is left out, and hidden ones are.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() && name != "target" && !name.starts_with('.') {
            found.extend(sources(&path)?);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
    Ok(found)
}

/// A stricter reader than Rust: text that looks like it counts too.
fn is_unsafe(line: &str) -> bool {
    let line = line.trim_start();
    let is_keyword = |(place, word): (usize, &str)| {
        let after = &line[place + word.len()..];
        let is_whole = !line[..place].ends_with(|it: char| it.is_alphanumeric() || it == '_');
        is_whole && FOLLOWERS.iter().any(|it| after.starts_with(it))
    };
    !line.starts_with("//") && line.match_indices("unsafe").any(is_keyword)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
        names.map(str::to_owned).into()
    }

    #[test]
    fn the_keyword_and_the_attribute_count_and_words_do_not() {
        // Not written out, or this very file would be on the list.
        let code = [
            "? { *pointer }",
            "    ? impl Pod for Key {}",
            "#[?(no_mangle)]",
        ];
        let more = ["pub const ? fn read()", "let x = ? {", "pub ? trait Pod {}"];
        for line in code.into_iter().chain(more) {
            let line = line.replace('?', "unsafe");
            assert!(is_unsafe(&line), "{line}");
        }
        let words = [
            "// ? { }",
            "#![forbid(?_code)]",
            "'?-inline'",
            "no ? code",
            "is_?()",
        ];
        for line in words {
            let line = line.replace('?', "unsafe");
            assert!(!is_unsafe(&line), "{line}");
        }
    }

    #[test]
    fn the_list_is_read_from_its_own_section() {
        let document = "| `a.rs` | x |\n## Rooms of unsafe code\n\n| file | why |\n|---|---|\n\
                        | `b/c.rs` | y |\n| `d.rs` | z |\n\n## Next\n| `e.rs` | w |\n";
        assert_eq!(listed(document), set(["b/c.rs", "d.rs"]));
    }

    #[test]
    fn a_room_that_is_not_listed_is_named_and_so_is_one_that_is_no_more() {
        let complaint = |listed, found| compare(&listed, &found).unwrap_err().to_string();
        let more = complaint(set(["a"]), set(["a", "b"]));
        assert!(more.starts_with("unsafe code in b: "), "{more}");
        let fewer = complaint(set(["a", "b"]), set(["a"]));
        assert!(fewer.starts_with("SECURITY.md lists b, "), "{fewer}");
    }

    #[test]
    fn the_sources_are_as_the_document_says() {
        check().unwrap();
    }
}
