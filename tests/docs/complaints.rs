//! What is wrong with a document. Must not know: where documents lie.

use std::collections::BTreeSet;

use clap::{Command, CommandFactory as _, Parser as _, error::ErrorKind};
use detector::{
    cli::Cli,
    config::{Config, keys::keys},
};

use crate::{
    pieces::{Piece, pieces},
    shell::lines,
};

/// One line each.
pub(crate) fn complaints(document: &str) -> Vec<String> {
    let pieces = pieces(document).into_iter();
    pieces.flat_map(|piece| of_piece(&piece)).collect()
}

fn of_piece(piece: &Piece) -> Vec<String> {
    match piece {
        Piece::Block { language, text } if language == "toml" => {
            let error = toml::from_str::<Config>(text).err();
            error.map(|error| error.to_string()).into_iter().collect()
        }
        Piece::Block { language, text } => {
            let lines = lines(language, text).into_iter();
            let parts = lines.flat_map(|line| line.parts());
            parts.filter_map(|it| typed(&it)).collect()
        }
        Piece::Span { text, beside } => span(text, beside).into_iter().collect(),
    }
}

/// A whole command must be one that runs.
fn typed(words: &[String]) -> Option<String> {
    let program = words.first()?.rsplit('/').next()?;
    let error = (program == "detector").then(|| Cli::try_parse_from(words).err())??;
    let is_asked_for = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    (!is_asked_for).then(|| format!("`{}`: {error}", words.join(" ")))
}

/// In a sentence a command may lack its arguments, and placeholders stand for values.
fn span(text: &str, beside: &[String]) -> Option<String> {
    let words: Vec<_> = text.split_whitespace().collect();
    let first = *words.first()?;
    if first == "detector" {
        let error = Cli::try_parse_from(words).err()?;
        let kind = error.kind();
        let is_wrong = [ErrorKind::UnknownArgument, ErrorKind::InvalidSubcommand].contains(&kind);
        return is_wrong.then(|| format!("`{text}`: {error}"));
    }
    let program = program();
    let is_ours = program.get_subcommands().any(|it| it.get_name() == first);
    if is_ours || (first.starts_with("--") && !of_a_task(beside)) {
        let options = options(&program);
        let flags = words.iter().filter_map(|word| word.strip_prefix("--"));
        let mut flags = flags.map(|word| word.split('=').next().unwrap_or(word));
        let unknown = flags.find(|flag| !flag.is_empty() && !options.contains(*flag))?;
        return Some(format!("`{text}`: no command has --{unknown}"));
    }
    key(text)
}

/// What is said of a development task is of its options.
fn of_a_task(beside: &[String]) -> bool {
    beside.iter().any(|span| span.starts_with("cargo "))
}

/// A key of a table, if it looks like one.
fn key(text: &str) -> Option<String> {
    let keys = keys().into_iter();
    let keys: Vec<_> = keys.map(|key| key.path.replace("[]", "")).collect();
    let (table, rest) = text.split_once('.')?;
    let is_word = rest
        .bytes()
        .all(|it| it.is_ascii_lowercase() || b"_.".contains(&it));
    let is_table = keys.iter().any(|key| key.starts_with(&format!("{table}.")));
    let is_wrong = is_word && is_table && !keys.iter().any(|key| key == text);
    is_wrong.then(|| format!("`{text}` is no key"))
}

fn program() -> Command {
    let mut program = Cli::command();
    program.build();
    program
}

/// Of all commands.
fn options(command: &Command) -> BTreeSet<String> {
    let own = command.get_arguments().filter_map(|it| it.get_long());
    let own = own.map(str::to_owned);
    let below = command.get_subcommands().flat_map(options);
    own.chain(below).collect()
}
