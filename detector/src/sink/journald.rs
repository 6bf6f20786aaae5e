//! Entries of systemd's journal, by its native protocol: fields that can be searched for, and the event as it is.
//!
//! <https://systemd.io/JOURNAL_NATIVE_PROTOCOL>

use std::{
    io::{self, IoSlice, Write as _},
    os::{fd::AsRawFd as _, unix::net::UnixDatagram},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use nix::{
    errno::Errno,
    fcntl::{FcntlArg, SealFlag, fcntl},
    sys::{
        memfd::{MFdFlags, memfd_create},
        socket::{ControlMessage, MsgFlags, UnixAddr, sendmsg},
    },
};
use serde_json::Value;

use super::{
    Format, Message, Topic,
    format::{Severity, summary},
    outlet::{Outlet, Trouble},
};
use crate::{failure::Failure, moment::Moment};

/// The journal, by its socket.
pub(super) struct Journal {
    to: PathBuf,
    format: Format,
    socket: UnixDatagram,
}

impl Journal {
    pub(super) fn new(to: PathBuf, format: Format, patience: Duration) -> Result<Self, Failure> {
        let socket = socket(patience)
            .map_err(|error| Failure::Failed(format!("socket to the journal: {error}")))?;
        Ok(Self { to, format, socket })
    }

    fn send(&self, entry: &[u8]) -> io::Result<()> {
        match self.socket.send_to(entry, &self.to) {
            Ok(_all) => Ok(()),
            Err(error) if is_too_long(&error) => self.send_in_memory(entry),
            Err(error) => Err(error),
        }
    }

    /// What is too long for a datagram goes as a piece of memory that nobody can change any more.
    fn send_in_memory(&self, entry: &[u8]) -> io::Result<()> {
        let flags = MFdFlags::MFD_ALLOW_SEALING | MFdFlags::MFD_CLOEXEC;
        let mut memory = std::fs::File::from(memfd_create("detector-journal", flags)?);
        memory.write_all(entry)?;
        let seals = SealFlag::F_SEAL_SHRINK
            | SealFlag::F_SEAL_GROW
            | SealFlag::F_SEAL_WRITE
            | SealFlag::F_SEAL_SEAL;
        fcntl(&memory, FcntlArg::F_ADD_SEALS(seals))?;
        let descriptors = [memory.as_raw_fd()];
        sendmsg(
            self.socket.as_raw_fd(),
            &[] as &[IoSlice<'_>],
            &[ControlMessage::ScmRights(&descriptors)],
            MsgFlags::empty(),
            Some(&UnixAddr::new(&self.to)?),
        )?;
        Ok(())
    }
}

impl Outlet for Journal {
    fn deliver(&mut self, events: &[Arc<Message>], _now: Moment) -> Result<(), Trouble> {
        for message in events {
            let line = self.format.line(message, usize::MAX);
            self.send(&entry(message.topic, &message.event(), &line))
                .map_err(|error| Trouble::Later(format!("{}: {error}", self.to.display())))?;
        }
        Ok(())
    }
}

fn socket(patience: Duration) -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.set_write_timeout(Some(patience))?;
    Ok(socket)
}

fn is_too_long(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw);
    matches!(errno, Some(Errno::EMSGSIZE | Errno::ENOBUFS))
}

/// The fields of an event, and its line.
fn entry(topic: Topic, event: &Value, line: &str) -> Vec<u8> {
    let word = |key: &str| event[key].as_str().map(str::to_owned);
    let fields = [
        ("MESSAGE", Some(summary(event))),
        ("PRIORITY", Some(Severity::of(event).syslog().to_string())),
        ("SYSLOG_IDENTIFIER", Some("detector".to_owned())),
        ("MESSAGE_ID", Some(message_id(topic).to_owned())),
        ("DETECTOR_EVENT", word("event")),
        ("ALERT_ID", word("id")),
        ("PREFIX", word("prefix")),
        ("KIND", word("kind")),
        ("STATE", word("state")),
        ("DETECTOR_JSON", Some(line.to_owned())),
    ];
    let mut entry = Vec::new();
    for (name, value) in fields {
        if let Some(value) = value {
            add(&mut entry, name, value.as_bytes());
        }
    }
    entry
}

/// A value with a newline in it is told with its length.
fn add(entry: &mut Vec<u8>, name: &str, value: &[u8]) {
    entry.extend_from_slice(name.as_bytes());
    if value.contains(&b'\n') {
        entry.push(b'\n');
        entry.extend_from_slice(&(value.len() as u64).to_le_bytes());
    } else {
        entry.push(b'=');
    }
    entry.extend_from_slice(value);
    entry.push(b'\n');
}

/// What the journal knows a kind of message by; never changed.
const fn message_id(topic: Topic) -> &'static str {
    match topic {
        Topic::Alert => "fb21b774d81041dd931d7f5cfa9a2526",
        Topic::Heartbeat => "b95c16b0975c4edcbb3f2895f9c9ae44",
        Topic::Interface => "f1d8d7b47fa24818ade6390f33122ef2",
        Topic::Config => "c049c7d9d8a04ac9a26a46970fec4f75",
        Topic::Overflow => "9cc23506cd98434bba434b511862ac71",
        Topic::Other => "fdb9f04f1c3947508b530c70cf228339",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_alert_has_fields_to_search_for() {
        let event = json!({
            "event": "alert", "state": "firing", "id": "01JD8X", "kind": "syn_blackhole", "grade": "suspected",
            "prefix": "198.18.16.0/20", "evidence": {"trials": 9, "failed": 8},
        });
        let text = String::from_utf8(entry(Topic::Alert, &event, "{}")).unwrap();
        let expected = [
            "MESSAGE=firing syn_blackhole of 198.18.16.0/20: suspected, 8 of 9 trials failed",
            "PRIORITY=4",
            "SYSLOG_IDENTIFIER=detector",
            "MESSAGE_ID=fb21b774d81041dd931d7f5cfa9a2526",
            "DETECTOR_EVENT=alert",
            "ALERT_ID=01JD8X",
            "PREFIX=198.18.16.0/20",
            "KIND=syn_blackhole",
            "STATE=firing",
            "DETECTOR_JSON={}",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_newline_in_a_value_begins_no_field() {
        let mut entry = Vec::new();
        add(&mut entry, "A", b"x\nPRIORITY=0");
        assert_eq!(entry, b"A\n\x0c\0\0\0\0\0\0\0x\nPRIORITY=0\n");
    }
}
