//! The manual page of the file of settings, out of its keys.

use clap_mangen::roff::{Roff, bold, italic, roman};
use detector::keys::Key;
use jiff::Timestamp;

use crate::{NAME, VERSION, commands::day};

const ABOUT: &str = "Everything in the file is optional, and what is given on the command line overrides it. Paths are \
meant from the folder that the file lies in. An unknown key is an error, and a file with one is refused as a whole. At \
SIGHUP it is read again: all of it holds, or nothing of it.";

/// detector.toml(5).
pub(crate) fn page(keys: &[Key], date: Timestamp) -> String {
    let (date, source) = (day(date), format!("{NAME} {VERSION}"));
    let mut roff = Roff::new();
    roff.control("TH", ["DETECTOR.TOML", "5", &date, &source, "File Formats"]);
    roff.control("SH", ["NAME"]);
    roff.text([roman("detector.toml - settings of the detector")]);
    roff.control("SH", ["DESCRIPTION"]);
    roff.text([roman(ABOUT)]);
    roff.control("SH", ["KEYS"]);
    for key in keys {
        describe(key, &mut roff);
    }
    roff.control("SH", ["FILES"]);
    roff.control("TP", []);
    roff.text([italic("/etc/detector/detector.toml")]);
    roff.text([roman(
        "what the service goes by, if it is installed from a package",
    )]);
    roff.control("SH", ["SEE ALSO"]);
    let others = ["detector-run", "detector-check-config"];
    roff.text(others.map(|name| vec![bold(name), roman("(1), ")]).concat());
    roff.text([bold("detector-config-explain"), roman("(1)")]);
    roff.render()
}

fn describe(key: &Key, roff: &mut Roff) {
    let mut heading = vec![bold(&*key.path)];
    if let Some(default) = &key.default {
        heading.push(roman(format!(" = {default}")));
    }
    roff.control("TP", []);
    roff.text(heading);
    roff.text([roman(&*key.meaning)]);
    if key.words.is_empty() {
        return;
    }
    roff.control("RS", []);
    for (word, meaning) in &key.words {
        roff.control("TP", []);
        roff.text([bold(format!("{word:?}"))]);
        roff.text([roman(&**meaning)]);
    }
    roff.control("RE", []);
}

#[cfg(test)]
mod tests {
    use detector::config::keys::keys;

    use super::*;

    #[test]
    fn every_key_and_word_is_described() {
        let (keys, text) = (keys(), page(&keys(), Timestamp::UNIX_EPOCH));
        for key in &keys {
            assert!(text.contains(&format!(r"\fB{}\fR", key.path.replace('-', r"\-"))));
            for (word, _) in &key.words {
                assert!(text.contains(&format!("\\fB\"{word}\"\\fR")), "{text}");
            }
        }
    }
}
