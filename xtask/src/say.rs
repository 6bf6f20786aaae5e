//! The only place that prints. Steps and complaints go to stderr; stdout carries results alone.

#[expect(
    clippy::print_stderr,
    reason = "telling the developer is what a task is for"
)]
pub(crate) fn step(text: &str) {
    eprintln!("{text}");
}

#[expect(
    clippy::print_stderr,
    reason = "telling the developer is what a task is for"
)]
pub(crate) fn error(text: &str) {
    eprintln!("error: {text}");
}

#[expect(clippy::print_stdout, reason = "scripts read this line")]
pub(crate) fn result(text: &str) {
    println!("{text}");
}
