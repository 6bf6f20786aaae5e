//! What the table of symptoms quotes, against the program's own words.

use std::{fs, path::Path};

use anyhow::{Result, ensure};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// In quotation marks, with `…` for what differs.
pub(crate) fn what_the_symptoms_quote_the_program_says() -> Result<()> {
    let said = words(&Path::new(ROOT).join("detector/src"))?;
    let document = fs::read_to_string(Path::new(ROOT).join("docs/OPERATIONS.md"))?;
    let symptoms = document.lines().filter_map(|line| line.strip_prefix("| "));
    let symptoms = symptoms.filter_map(|row| row.split(" | ").next());
    let quotes: Vec<_> = symptoms
        .flat_map(|it| it.split('"').skip(1).step_by(2))
        .collect();
    ensure!(quotes.len() >= 10, "{quotes:?}");
    for quote in quotes {
        let mut pieces = quote.split('…').map(str::trim);
        ensure!(
            pieces.all(|piece| said.contains(piece)),
            "nobody says {quote:?}"
        );
    }
    Ok(())
}

/// All sources below a folder, with each text on one line.
fn words(folder: &Path) -> Result<String> {
    let mut all = String::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            all.push_str(&words(&path)?);
        } else if path.extension().is_some_and(|it| it == "rs") {
            for line in fs::read_to_string(path)?.lines() {
                let line = line.trim_start();
                all.push_str(line.strip_suffix('\\').unwrap_or(line));
                all.push_str(if line.ends_with('\\') { "" } else { "\n" });
            }
        }
    }
    Ok(all)
}
