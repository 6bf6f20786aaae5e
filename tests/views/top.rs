//! `detector top`, in a terminal and without one.

use anyhow::Result;
use detector_tests::served::Served;
use nix::sys::signal::Signal;

use crate::{command, run, terminal::Terminal, text};

/// Text that a terminal would obey.
const POISON: &str = "EVIL\u{1b}[35;45mX\u{9b}35mY\u{7}\u{202e}\r\n\u{1b}]0;title\u{7}";
const LEAVES_THE_SCREEN: &str = "\u{1b}[?1049l";
const SHOWS_THE_CURSOR: &str = "\u{1b}[?25h";

fn top(served: &Served, columns: u16, rows: u16) -> Result<Terminal> {
    let socket = served.socket();
    let mut command = command(&["top", "--status-socket", text(&socket)])?;
    command.env("TERM", "xterm-256color").env_remove("NO_COLOR");
    Terminal::start(&mut command, columns, rows)
}

fn is_restored(terminal: &Terminal) -> bool {
    terminal.has_shown(LEAVES_THE_SCREEN)
        && terminal.has_shown(SHOWS_THE_CURSOR)
        && terminal.is_cooked().is_ok_and(|it| it)
}

#[test]
fn it_draws_explains_and_gives_the_terminal_back() {
    let served = Served::new().unwrap();
    let mut terminal = top(&served, 80, 24).unwrap();
    terminal.wait_for("198.18.16.0/24").unwrap();
    assert!(!terminal.is_cooked().unwrap());
    terminal.press("\r").unwrap();
    terminal.wait_for("SYNs stay unanswered").unwrap();
    terminal.press("q").unwrap();
    assert!(terminal.end().unwrap().success());
    assert!(is_restored(&terminal));
}

#[test]
fn signals_end_it_in_order() {
    let served = Served::new().unwrap();
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT] {
        let mut terminal = top(&served, 200, 50).unwrap();
        terminal.wait_for("198.18.16.0/24").unwrap();
        terminal.signal(signal).unwrap();
        assert!(terminal.end().unwrap().success(), "{signal}");
        assert!(is_restored(&terminal));
    }
}

#[test]
fn text_of_others_moves_no_cursor() {
    let served = Served::poisoned(POISON).unwrap();
    let mut terminal = top(&served, 80, 24).unwrap();
    terminal.wait_for("EVIL").unwrap();
    terminal.press("\r").unwrap();
    terminal.wait_for("SYNs stay unanswered").unwrap();
    terminal.press("q").unwrap();
    assert!(terminal.end().unwrap().success());
    for part in ["\u{1b}[35;45m", "\u{9b}", "\u{7}", "\u{202e}", "\u{1b}]0"] {
        assert!(!terminal.has_shown(part), "{part:?}");
    }
}

#[test]
fn without_colours_it_sends_none() {
    let served = Served::new().unwrap();
    let socket = served.socket();
    let mut command = command(&["top", "--status-socket", text(&socket)]).unwrap();
    command.env("TERM", "xterm-256color").env("NO_COLOR", "1");
    let mut terminal = Terminal::start(&mut command, 80, 24).unwrap();
    terminal.wait_for("198.18.16.0/24").unwrap();
    terminal.press("q").unwrap();
    assert!(terminal.end().unwrap().success());
    for colour in ["38;5;", "48;5;"] {
        assert!(!terminal.has_shown(colour), "{colour}");
    }
}

#[test]
fn once_writes_one_screen_as_text() {
    let served = Served::poisoned(POISON).unwrap();
    let (code, out, said) =
        run(&["top", "--once", "--status-socket", text(&served.socket())]).unwrap();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(out.lines().count(), 24);
    assert!(
        out.contains("198.18.16.0/24") && out.contains("EVIL"),
        "{out}"
    );
    assert!(
        out.chars().all(|char| char == '\n' || !char.is_control()),
        "{out:?}"
    );
}

#[test]
fn without_a_terminal_it_names_the_way_without() {
    let served = Served::new().unwrap();
    let (code, out, said) = run(&["top", "--status-socket", text(&served.socket())]).unwrap();
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(
        said.contains("--once") && said.lines().count() == 1,
        "{said}"
    );
}
