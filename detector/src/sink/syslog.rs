//! Messages by RFC 5424, with the event as it is for their text.
//!
//! Must not know: how a message travels, which is `wire`'s.

mod stream;
mod wire;

use std::{sync::Arc, time::Duration};

use self::wire::Wire;
use super::{
    Format, Message,
    config::Address,
    format::Severity,
    outlet::{Outlet, Trouble},
};
use crate::{moment::Moment, observer::host_name};

/// What receivers take without being told to, header and all.
const MOST: usize = 8_192;
/// Of system daemons, in the upper bits of a priority.
const FACILITY: u8 = 3 << 3;

/// A syslog.
pub(super) struct Syslog {
    host: String,
    format: Format,
    wire: Wire,
}

impl Syslog {
    pub(super) fn new(address: Address, format: Format, patience: Duration) -> Self {
        Self {
            host: printusascii(&host_name()),
            format,
            wire: Wire::to(address, patience),
        }
    }
}

impl Outlet for Syslog {
    fn deliver(&mut self, events: &[Arc<Message>], _now: Moment) -> Result<(), Trouble> {
        self.wire.look_after()?;
        for message in events {
            self.wire.send(&frame(message, self.format, &self.host))?;
        }
        Ok(())
    }

    fn due_in(&self, _now: Moment) -> Option<Duration> {
        self.wire.due_in()
    }

    fn reopen(&mut self) {
        self.wire.reopen();
    }
}

fn frame(message: &Message, format: Format, host: &str) -> Vec<u8> {
    let event = message.event();
    let priority = FACILITY | Severity::of(&event).syslog();
    let ts = event["ts"].as_str().unwrap_or("-");
    let process = std::process::id();
    let name = event["event"].as_str().unwrap_or("-");
    let mut frame = format!("<{priority}>1 {ts} {host} detector {process} {name} - ");
    frame.push_str(&format.line(message, MOST - frame.len()));
    frame.into_bytes()
}

/// A name of the header: no spaces, no more than there is room for.
fn printusascii(name: &str) -> String {
    let name: String = name
        .chars()
        .filter(char::is_ascii_graphic)
        .take(255)
        .collect();
    if name.is_empty() {
        "-".to_owned()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(event: &serde_json::Value) -> String {
        String::from_utf8(frame(&Message::of_alert(event), Format::Native, "gw1")).unwrap()
    }

    #[test]
    fn a_message_has_the_header_of_rfc_5424() {
        let event = json!({"event": "alert", "state": "firing", "grade": "confirmed", "ts": "2026-11-22T10:35:20.123Z"});
        let process = std::process::id();
        let expected =
            format!("<27>1 2026-11-22T10:35:20.123Z gw1 detector {process} alert - {event}");
        assert_eq!(text(&event), expected);
    }

    #[test]
    fn the_longest_message_is_still_taken() {
        let members: Vec<String> = (0..900).map(|it| format!("198.18.{it}.0/24")).collect();
        let event = json!({"event": "alert", "ts": "2026-11-22T10:35:20.123Z", "members": members});
        let text = text(&event);
        assert!(text.len() <= MOST && text.ends_with('}'), "{}", text.len());
    }

    #[test]
    fn no_name_breaks_the_header() {
        assert_eq!(printusascii("gate way\n"), "gateway");
        assert_eq!(printusascii("ä"), "-");
    }
}
