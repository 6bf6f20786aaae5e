//! Which commands a console shows. Must not know: what they do.

/// The commands that are typed, each as its words: behind a prompt, up to a comment, one for each part of a pipe.
pub(crate) fn commands(console: &str) -> Vec<Vec<String>> {
    let joined = console.replace("\\\n", " ");
    let typed = joined.lines().filter_map(|line| {
        let mut prompts = ["$ ", "# "].iter();
        prompts.find_map(|prompt| line.strip_prefix(prompt))
    });
    typed.flat_map(parts).collect()
}

fn parts(line: &str) -> Vec<Vec<String>> {
    let words = shlex::split(line).unwrap_or_default();
    let parts = words.split(|word| ["|", "||", "&&", ";", ">"].contains(&word.as_str()));
    parts.map(<[String]>::to_vec).collect()
}
