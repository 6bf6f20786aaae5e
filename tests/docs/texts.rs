//! The documents' text against the program: commands are parsed by the definitions that the binary goes by, and no option
//! and no key is named that there is not.

use std::fs;

use anyhow::{Result, ensure};

use crate::{
    complaints::complaints,
    documents,
    pieces::{Piece, pieces},
};

pub(crate) fn the_documents_name_no_option_and_no_key_that_there_is_not() -> Result<()> {
    let mut wrong = Vec::new();
    for path in documents()? {
        let here = complaints(&fs::read_to_string(&path)?).into_iter();
        wrong.extend(here.map(|complaint| format!("{}: {complaint}", path.display())));
    }
    ensure!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    Ok(())
}

pub(crate) fn the_documents_have_commands_and_settings_to_look_at() -> Result<()> {
    let texts = documents()?.into_iter().map(fs::read_to_string);
    let texts: String = texts.collect::<Result<_, _>>()?;
    let blocks = |wanted: &str| {
        let pieces = pieces(&texts).into_iter();
        let blocks = pieces
            .filter(|piece| matches!(piece, Piece::Block { language, .. } if language == wanted));
        blocks.count()
    };
    ensure!(blocks("console") >= 3 && blocks("toml") >= 1);
    Ok(())
}

pub(crate) fn what_is_not_there_is_noticed() -> Result<()> {
    for (text, named) in [
        ("```console\n$ detector run --colour\n```", "--colour"),
        ("```console\n# tcpdump | detector walk -\n```", "walk"),
        ("```sh\ndetector run --colour\n```", "--colour"),
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
        let is_noticed = matches!(&said[..], [one] if one.contains(named));
        ensure!(is_noticed, "{text}: {said:?}");
    }
    Ok(())
}

pub(crate) fn what_is_there_and_what_is_others_passes() -> Result<()> {
    for text in [
        "```console\n# ./target/release/detector run --wan a | jq 'a | b' # --colour\n```",
        "```console\n$ sort --colour | uniq\ndetector: --colour\n```",
        "```toml\n[tables]\nprefixes = 2048\n```",
        "`--mode auto\\|native` and `detector replay` without a file, `detector config explain KEY`",
        "`cargo xtask bench` does it, with `--colour` in colours.",
        "`tables.prefixes` and `tables`",
    ] {
        let said = complaints(text);
        ensure!(said.is_empty(), "{text}: {said:?}");
    }
    Ok(())
}
