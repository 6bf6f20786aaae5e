//! The file of settings that is installed: every key with its meaning, as a comment, so that it sets nothing but what a
//! package sets.

use std::fmt::Write as _;

use detector::keys::Key;
use textwrap::{Options, WordSplitter};

/// Columns of a comment.
const WIDTH: usize = 100;

/// What holds in a package and nowhere else, key and value: a daemon that is watched from the start.
const SET: [(&str, &str); 1] = [("metrics.listen", "\"127.0.0.1:9736\"")];

const OPENING: &str = "\
# Settings of the detector (TOML). Everything is optional, and only where metrics are served is set: what stands here
# after a `#` and no space holds without it. A key of a table holds once the line of its table, in brackets, is
# uncommented too.
#
# `detector check-config FILE` says whether a file can be used, `systemctl reload detector` has it read again, and
# detector.toml(5) has the same keys.
";

/// Of all `keys`, a table's own behind it.
pub(crate) fn settings(keys: &[Key]) -> String {
    let mut text = OPENING.to_owned();
    // Keys before the first table are the file's own: behind one they would be that table's.
    let (tables, plain): (Vec<_>, Vec<_>) = keys.iter().partition(|key| is_in_table(key, keys));
    for key in plain.into_iter().chain(tables) {
        // A string takes whatever is written to it.
        let _infallible = write!(text, "\n{}{}\n", comment(key), line(key, keys));
    }
    text
}

/// Tables, and what stands in them.
fn is_in_table(key: &Key, keys: &[Key]) -> bool {
    header(key, keys).is_some() || key.path.contains('.')
}

/// What begins a table, where `key` is one.
fn header(key: &Key, keys: &[Key]) -> Option<String> {
    let path = &key.path;
    let has = |prefix: String| keys.iter().any(|other| other.path.starts_with(&prefix));
    // The path of a table in a list has brackets of its own, which its header has not.
    let plain = path.replace("[]", "");
    if has(format!("{path}[].")) {
        return Some(format!("[[{plain}]]"));
    }
    has(format!("{path}.")).then(|| format!("[{plain}]"))
}

fn line(key: &Key, keys: &[Key]) -> String {
    let set = SET.iter().find(|(path, _)| *path == key.path);
    let holds = SET
        .iter()
        .any(|(path, _)| path.starts_with(&format!("{}.", key.path)));
    match (header(key, keys), set, &key.default) {
        (Some(header), ..) if holds => header,
        (Some(header), ..) => format!("#{header}"),
        (None, Some((_, value)), _) => format!("{} = {value}", key.name),
        (None, None, Some(default)) => format!("#{} = {default}", key.name),
        (None, None, None) => format!("#{} =", key.name),
    }
}

fn comment(key: &Key) -> String {
    let mut text = wrap(&key.meaning, "# ");
    for (word, meaning) in &key.words {
        text.push_str(&wrap(&format!("{word:?}: {meaning}"), "#   "));
    }
    text
}

fn wrap(text: &str, begin: &str) -> String {
    let options = Options::new(WIDTH).word_splitter(WordSplitter::NoHyphenation);
    let options = options.initial_indent(begin).subsequent_indent(begin);
    textwrap::fill(text, options) + "\n"
}

#[cfg(test)]
mod tests {
    use detector::config::{Config, keys::keys};

    use super::*;

    /// What a package goes by.
    fn packaged() -> Config {
        toml::from_str("metrics.listen = \"127.0.0.1:9736\"").unwrap()
    }

    /// Without the comments before what could be written; a list's tables and what has no value stay out.
    fn uncommented() -> String {
        let text = settings(&keys());
        let mut is_in_list = false;
        let lines = text.lines().filter_map(|line| {
            let line = line.strip_prefix('#').unwrap_or(line);
            if line.starts_with('[') {
                is_in_list = line.starts_with("[[");
            }
            let is_value = !line.starts_with(' ') && !line.is_empty() && !line.ends_with('=');
            (is_value && !is_in_list).then(|| format!("{line}\n"))
        });
        lines.collect()
    }

    #[test]
    fn as_it_is_installed_it_sets_nothing_but_where_metrics_are_served() {
        let text = settings(&keys());
        let set = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        assert_eq!(set.count(), 2, "{text}");
        assert_eq!(toml::from_str::<Config>(&text).unwrap(), packaged());
    }

    #[test]
    fn every_default_in_it_is_the_one_that_holds() {
        let text = uncommented();
        assert!(text.contains("\n[tables]\n"), "{text}");
        assert_eq!(toml::from_str::<Config>(&text).unwrap(), packaged());
    }

    #[test]
    fn every_key_stands_in_it() {
        let (keys, text) = (keys(), settings(&keys()));
        for key in &keys {
            let line = line(key, &keys);
            assert!(text.lines().any(|other| other == line), "{line}");
        }
    }
}
