//! The documents against the program: what they tell to type is parsed by the definitions that the binary goes by, and
//! no option and no key is named that there is not.

mod complaints;
mod pieces;
mod shell;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use complaints::complaints;
use pieces::{Piece, pieces};

#[test]
fn the_documents_name_no_option_and_no_key_that_there_is_not() {
    let mut wrong = Vec::new();
    for path in documents().unwrap() {
        let text = fs::read_to_string(&path).unwrap();
        let here = complaints(&text).into_iter();
        wrong.extend(here.map(|complaint| format!("{}: {complaint}", path.display())));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_documents_have_commands_and_settings_to_look_at() {
    let texts = documents().unwrap().into_iter().map(fs::read_to_string);
    let texts: String = texts.collect::<Result<_, _>>().unwrap();
    let blocks = |wanted: &str| {
        let pieces = pieces(&texts).into_iter();
        let blocks = pieces
            .filter(|piece| matches!(piece, Piece::Block { language, .. } if language == wanted));
        blocks.count()
    };
    assert!(blocks("console") >= 3);
    assert!(blocks("toml") >= 1);
}

#[test]
fn what_is_not_there_is_noticed() {
    for (text, named) in [
        ("```console\n$ detector run --colour\n```", "--colour"),
        ("```console\n# tcpdump | detector walk -\n```", "walk"),
        ("```toml\n[tables]\nprefixs = 1\n```", "prefixs"),
        ("With `--colour` it shines.", "--colour"),
        (
            "| `--colour WHEN` | shines |\n|---|---|\n| a | b |",
            "--colour",
        ),
        ("So does `replay --colour`.", "--colour"),
        ("`detector config explain --colour` explains.", "--colour"),
        ("Room is `tables.prefixs`.", "tables.prefixs"),
    ] {
        let said = complaints(text);
        assert_eq!(said.len(), 1, "{text}: {said:?}");
        assert!(said[0].contains(named), "{text}: {said:?}");
    }
}

#[test]
fn what_is_there_and_what_is_others_passes() {
    for text in [
        "```console\n# ./target/release/detector run --wan a | jq 'a | b' # --colour\n```",
        "```console\n$ sort --colour | uniq\ndetector: --colour\n```",
        "```toml\n[tables]\nprefixes = 2048\n```",
        "`--mode auto\\|native` and `detector replay` without a file, `detector config explain KEY`",
        "`cargo xtask bench` does it, with `--colour` in colours.",
        "`tables.prefixes` and `tables`",
    ] {
        assert_eq!(complaints(text), Vec::<String>::new(), "{text}");
    }
}

/// What users read; CONTRIBUTING.md is about other programs.
fn documents() -> io::Result<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let entries = fs::read_dir(root.join("docs"))?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    let mut documents = paths.collect::<io::Result<Vec<_>>>()?;
    documents.retain(|path| path.extension().is_some_and(|it| it == "md"));
    documents.push(root.join("README.md"));
    Ok(documents)
}
