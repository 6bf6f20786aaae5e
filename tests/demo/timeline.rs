//! The terminal: what the censor did beside what the detector said, line by line.

use std::{
    env,
    io::{IsTerminal as _, Write as _, stderr, stdout},
    time::Duration,
};

use serde_json::Value;

/// Who acts in a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Actor {
    Lab,
    Censor,
    Detector,
}

impl Actor {
    const fn name(self) -> &'static str {
        match self {
            Self::Lab => "lab",
            Self::Censor => "censor",
            Self::Detector => "detector",
        }
    }

    /// SGR parameters: dim, red, green.
    const fn colour(self) -> &'static str {
        match self {
            Self::Lab => "2",
            Self::Censor => "31",
            Self::Detector => "32",
        }
    }
}

/// Writes the lines.
pub(crate) struct Timeline {
    is_coloured: bool,
}

impl Timeline {
    pub(crate) fn new() -> Self {
        Self {
            is_coloured: stdout().is_terminal() && env::var_os("NO_COLOR").is_none(),
        }
    }

    /// One line: when, who, what.
    pub(crate) fn say(&self, at: Duration, who: Actor, what: &str) {
        let line = format!("{:>6.1} s  {:<9} {what}", at.as_secs_f64(), who.name());
        let line = if self.is_coloured {
            format!("\x1b[{}m{line}\x1b[0m", who.colour())
        } else {
            line
        };
        // Whoever closed the terminal does not want to hear about it.
        let _closed = writeln!(stdout(), "{line}");
    }

    /// What the detector said, in short.
    pub(crate) fn event(&self, at: Duration, event: &Value) {
        if let Some(what) = in_short(event) {
            self.say(at, Actor::Detector, &what);
        }
    }

    /// Free text, such as the event in full.
    pub(crate) fn note(text: &str) {
        let _closed = writeln!(stdout(), "{text}");
    }

    /// The end, for a reason.
    pub(crate) fn fail(why: &str) {
        let _closed = writeln!(stderr(), "demo: {why}");
    }
}

fn in_short(event: &Value) -> Option<String> {
    let text = |key: &str| event[key].as_str().unwrap_or("?").to_owned();
    match event["event"].as_str()? {
        "alert" => Some(format!(
            "{} {} ({}) {}: {} of {} trials failed, {} prefixes, {} destinations",
            text("state").to_uppercase(),
            text("kind"),
            text("grade"),
            text("prefix"),
            event["evidence"]["failed"],
            event["evidence"]["trials"],
            event["members_total"],
            event["evidence"]["destinations_failed"],
        )),
        "interface" => Some(format!(
            "{} {} (ingress {}, egress {})",
            text("state"),
            text("iface"),
            text("mode"),
            text("egress")
        )),
        "overflow" => Some(format!("map {} is full", text("map"))),
        _ => None,
    }
}
