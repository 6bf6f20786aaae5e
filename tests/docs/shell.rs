//! Which commands a block shows, and what it shows of their answers. Must not know: what they do.

/// A line that is typed.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Line {
    /// Without its prompt; what went on in the next line is part of it.
    pub(crate) typed: String,
    /// What the block shows behind it.
    pub(crate) answer: Vec<String>,
}

impl Line {
    /// Its programs, each with its words: one for each part of a pipe, without comments and redirections.
    pub(crate) fn parts(&self) -> Vec<Vec<String>> {
        let words = shlex::split(&self.typed).unwrap_or_default();
        let parts = words.split(|word| ["|", "||", "&&", ";"].contains(&word.as_str()));
        parts.map(command).collect()
    }

    /// Whether what the detector says is for whoever types, and goes into no file.
    pub(crate) fn is_told(&self) -> bool {
        self.typed.starts_with("detector ") && !self.typed.contains('>')
    }
}

/// The lines of a console, where they stand behind a prompt, or of a script.
pub(crate) fn lines(language: &str, text: &str) -> Vec<Line> {
    let joined = text.replace("\\\n", " ");
    match language {
        "console" => console(&joined),
        "sh" => joined.lines().filter_map(script).collect(),
        _ => Vec::new(),
    }
}

fn console(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for line in text.lines() {
        let mut prompts = ["$ ", "# "].iter();
        match prompts.find_map(|prompt| line.strip_prefix(prompt)) {
            Some(typed) => lines.push(Line {
                typed: typed.to_owned(),
                ..Line::default()
            }),
            None => lines
                .last_mut()
                .into_iter()
                .for_each(|it| it.answer.push(line.to_owned())),
        }
    }
    lines
}

fn script(line: &str) -> Option<Line> {
    let is_typed = !line.is_empty() && !line.starts_with('#');
    is_typed.then(|| Line {
        typed: line.to_owned(),
        ..Line::default()
    })
}

/// Behind a sign of redirection stands a file.
fn command(words: &[String]) -> Vec<String> {
    let mut words = words.iter();
    let mut command = Vec::new();
    while let Some(word) = words.next() {
        if [">", ">>", "<", "2>"].contains(&word.as_str()) {
            words.next();
        } else {
            command.push(word.clone());
        }
    }
    command
}
