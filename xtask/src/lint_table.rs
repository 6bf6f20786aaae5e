//! Every member inherits the workspace's lint table. Without the two lines, cargo lints a crate
//! with no table at all and says nothing.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};

use crate::workspace;

pub(crate) fn check() -> Result<()> {
    workspace::manifests()?
        .iter()
        .try_for_each(|manifest| check_file(manifest))
}

fn check_file(manifest: &Path) -> Result<()> {
    let text = fs::read_to_string(manifest).with_context(|| manifest.display().to_string())?;
    let place = manifest
        .strip_prefix(workspace::root())
        .unwrap_or(manifest)
        .display();
    ensure!(
        inherits(&text),
        "{place}: no lint table: add `[lints]` and `workspace = true`"
    );
    Ok(())
}

/// Only the plain two-line form counts: a stricter reader than TOML refuses too much, never too
/// little.
fn inherits(manifest: &str) -> bool {
    let mut lines = manifest
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[lints]")
        .skip(1);
    lines.find(|line| !line.is_empty() && !line.starts_with('#')) == Some("workspace = true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_that_inherits_is_accepted() {
        assert!(inherits(
            "[package]\nname = \"x\"\n\n[lints]\n# all\nworkspace = true\n"
        ));
    }

    #[test]
    fn a_manifest_without_the_table_is_refused() {
        assert!(!inherits("[package]\nname = \"x\"\n"));
        assert!(!inherits("[package]\nworkspace = true\n"));
        assert!(!inherits("[lints]\nworkspace = false\n"));
        assert!(!inherits("[lints]\n[dependencies]\nworkspace = true\n"));
        assert!(!inherits("# [lints]\nworkspace = true\n"));
    }

    #[test]
    fn the_complaint_names_the_file_and_the_cure() {
        let error = check_file(&workspace::root().join("Cargo.toml")).unwrap_err();
        let expected = "Cargo.toml: no lint table: add `[lints]` and `workspace = true`";
        assert_eq!(error.to_string(), expected);
    }
}
