//! The documents' commands, each carried out in a folder, or known to take more than that.

use std::{collections::BTreeSet, fs};

use anyhow::{Context as _, Result, ensure};

use crate::{
    documents,
    elsewhere::{ELSEWHERE, is_here, unknown_option, why_not},
    machine::Machine,
    pieces::{Piece, pieces},
    shell::{Line, lines},
};

/// One machine for each document: what one line writes, the next ones read.
pub(crate) fn every_command_works_or_is_known_to_take_more_than_a_folder() -> Result<()> {
    let mut used = BTreeSet::<&str>::new();
    let mut count = 0;
    for path in documents()? {
        let machine = Machine::new()?;
        for line in typed(&fs::read_to_string(&path)?) {
            let name = || format!("{}: `{}`", path.display(), line.typed);
            let why_not = elsewhere(&line).with_context(name)?;
            used.extend(&why_not);
            if why_not.is_empty() {
                machine.carry_out(&line).with_context(name)?;
                count += 1;
            }
        }
    }
    ensure!(count >= 10, "{count} commands carried out");
    let unused = ELSEWHERE.iter().find(|(begin, _)| !used.contains(*begin));
    ensure!(unused.is_none(), "no document has {unused:?}");
    Ok(())
}

pub(crate) fn what_is_done_elsewhere_has_no_option_that_its_help_lacks() -> Result<()> {
    for path in documents()? {
        for line in typed(&fs::read_to_string(&path)?) {
            for part in line.parts().iter().filter(|part| !is_here(part)) {
                let unknown = unknown_option(part)?;
                ensure!(
                    unknown.is_none(),
                    "{}: `{}`: {unknown:?}",
                    path.display(),
                    line.typed
                );
            }
        }
    }
    let words = ["cargo", "xtask", "dist", "--chekc"].map(str::to_owned);
    ensure!(unknown_option(&words)?.as_deref() == Some("--chekc"));
    Ok(())
}

pub(crate) fn a_command_that_nobody_knows_is_noticed() -> Result<()> {
    for text in [
        "```console\n$ detector replay a.pcap | sponge b\n```",
        "```sh\nrm -r /\n```",
        "```console\n# systemctl status detector && reboot\n```",
    ] {
        let line = typed(text).pop().context("nothing typed")?;
        ensure!(elsewhere(&line).is_err(), "{text}");
    }
    Ok(())
}

pub(crate) fn an_answer_that_is_shown_and_not_given_is_noticed() -> Result<()> {
    let machine = Machine::new()?;
    for (text, is_fine) in [
        ("$ detector check-config /etc/detector/detector.toml", true),
        ("$ detector check-config detector.toml", false),
        (
            "$ detector check-config /etc/detector/detector.toml\nfine",
            false,
        ),
        (
            "$ detector replay capture.pcap.gz | jq 'select(.event == \"alarm\")'",
            false,
        ),
        ("$ detector replay none.pcap | head", false),
    ] {
        let line = typed(&format!("```console\n{text}\n```")).pop();
        let done = machine.carry_out(&line.context("nothing typed")?);
        ensure!(done.is_ok() == is_fine, "{text}: {done:?}");
    }
    Ok(())
}

fn typed(document: &str) -> Vec<Line> {
    let pieces = pieces(document).into_iter();
    let lines = pieces.map(|piece| match piece {
        Piece::Block { language, text } => lines(&language, &text),
        Piece::Span { .. } => Vec::new(),
    });
    lines.flatten().collect()
}

/// What in it takes more than a folder.
///
/// # Errors
/// When a part is neither known to do so nor known to do without.
fn elsewhere(line: &Line) -> Result<Vec<&'static str>> {
    let parts = line.parts().into_iter();
    let others = parts.filter(|part| !is_here(part));
    let known = others.map(|part| {
        why_not(&part)
            .with_context(|| format!("nobody knows `{}`: see elsewhere.rs", part.join(" ")))
    });
    known.collect()
}
