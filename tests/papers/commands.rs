//! A manual page for each command, out of the definition of the command line.

use clap::{Command, builder::StyledStr};
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};
use jiff::{Timestamp, tz::TimeZone};

use crate::{NAME, VERSION};

/// Every command's, those below it included: the file's name and its text.
pub(crate) fn pages(command: Command, date: Timestamp) -> Vec<(String, String)> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    collect(&command, None, date, &mut pages);
    pages
}

/// As manual pages have it.
pub(crate) fn day(date: Timestamp) -> String {
    date.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%d")
        .to_string()
}

fn collect(
    command: &Command,
    above: Option<&Command>,
    date: Timestamp,
    pages: &mut Vec<(String, String)>,
) {
    let visible = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set());
    for below in visible {
        collect(below, Some(command), date, pages);
    }
    pages.push((format!("{}.1", name(command)), page(command, above, date)));
}

fn page(command: &Command, above: Option<&Command>, date: Timestamp) -> String {
    let man = Man::new(command.clone())
        .title(name(command).to_uppercase())
        .date(day(date))
        .source(format!("{NAME} {VERSION}"))
        .manual("User Commands");
    let mut text = Vec::new();
    let mut write = |section: fn(&Man, &mut dyn std::io::Write) -> std::io::Result<()>| {
        // A vector takes whatever is written to it.
        let _infallible = section(&man, &mut text);
    };
    write(Man::render_title);
    write(Man::render_name_section);
    write(Man::render_synopsis_section);
    write(Man::render_description_section);
    write(Man::render_options_section);
    if command.has_subcommands() {
        write(Man::render_subcommands_section);
    }
    let mut ending = Roff::new();
    if let Some(help) = command.get_after_help() {
        notes(help, &mut ending);
    }
    see_also(command, above, &mut ending);
    let text = String::from_utf8_lossy(&text).into_owned() + &ending.render();
    // Between an option and its values: one gap, where three are asked for and mandoc warns.
    text.replace("\n.br\n\n.br\n", "\n.sp\n")
}

/// What the help ends with. Lines of examples stay as they are, for they are commands.
fn notes(help: &StyledStr, roff: &mut Roff) {
    roff.control("SH", ["NOTES"]);
    for (place, paragraph) in help.to_string().split("\n\n").enumerate() {
        let is_example = paragraph.starts_with("Example");
        if place > 0 {
            roff.control("PP", []);
        }
        if is_example {
            roff.control("nf", []);
        }
        for line in paragraph.lines() {
            roff.text([roman(line)]);
        }
        if is_example {
            roff.control("fi", []);
        }
    }
}

/// The commands above and below, and the settings.
fn see_also(command: &Command, above: Option<&Command>, roff: &mut Roff) {
    let below = command.get_subcommands().map(name);
    let others = above.map(name).into_iter().chain(below);
    let others = others.flat_map(|other| [bold(other), roman("(1), ")]);
    roff.control("SH", ["SEE ALSO"]);
    let words: Vec<_> = others
        .chain([bold("detector.toml"), roman("(5)")])
        .collect();
    roff.text(words);
}

fn name(command: &Command) -> String {
    let shown = command.get_display_name();
    shown.unwrap_or_else(|| command.get_name()).to_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use detector::cli::Cli;

    use super::*;

    #[test]
    fn every_command_has_a_page_that_names_it() {
        let pages = pages(Cli::command(), Timestamp::UNIX_EPOCH);
        let named = |name: &str| pages.iter().find(|(file, _)| file == name);
        for name in ["detector.1", "detector-run.1", "detector-config-explain.1"] {
            let (_, text) = named(name).unwrap();
            let command = name.trim_end_matches(".1").replace('-', "\\-");
            assert!(text.contains(&format!("\n{command} \\- ")), "{text}");
        }
    }

    #[test]
    fn a_page_tells_its_options_and_its_exit_codes() {
        let pages = pages(Cli::command(), Timestamp::UNIX_EPOCH);
        let (_, run) = pages
            .iter()
            .find(|(file, _)| file == "detector-run.1")
            .unwrap();
        for part in ["\\-\\-state\\-dir", "77 no permission", "1970-01-01"] {
            assert!(run.contains(part), "no {part}: {run}");
        }
    }
}
