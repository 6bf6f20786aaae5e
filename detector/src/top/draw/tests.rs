use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::{
    status::Status,
    top::{keys::Key, text},
};

/// One who watches a blocked range, an overloaded host, and a name with control characters in it.
fn status() -> Status {
    serde_json::from_str(include_str!("../../status/example.json")).unwrap()
}

fn now() -> Timestamp {
    status().at
}

fn view() -> View {
    let earlier: Timestamp = "2026-11-22T10:37:10Z".parse().unwrap();
    let mut view = View::default();
    view.hear(Ok(Status {
        at: earlier,
        packets_in: 1_234_567 - 41_230,
        packets_out: 1_034_567 - 9_812,
        ..status()
    }));
    view.hear(Ok(status()));
    view
}

/// What a terminal of that size shows.
fn drawn(view: &View, width: u16, height: u16) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let draw = |frame: &mut ratatui::Frame<'_>| {
        screen(
            view,
            now(),
            Palette::of(true),
            frame.area(),
            frame.buffer_mut(),
        );
    };
    terminal.draw(draw).unwrap();
    let buffer = terminal.backend().buffer();
    let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect();
    (0..height).map(row).collect()
}

fn holds(lines: &[String], parts: &[&str]) -> bool {
    lines
        .iter()
        .any(|line| parts.iter().all(|part| line.contains(part)))
}

#[test]
fn eighty_columns_show_everything_that_matters() {
    let lines = drawn(&view(), 80, 24);
    for parts in [
        ["gw1", "up 3 h 12 min", "poll 1.5 ms"].as_slice(),
        &["wan0", "native in, tcx out", "wan1", "generic"],
        &["41.2k/s in", "9.8k/s out", "41,210 prefixes", "63.2 MiB"],
        &["✘", "3 losses"],
        &["Alerts: 2"],
        &["●", "198.18.16.0/20", "syn_blackhole", "19", "61", "2 min"],
        &["○", "2001:db8:4000::/44", "rst_injection"],
        &["●", "198.18.16.0/24", "AMAZON", "100 %", "▁▁▁▁▁▁▁·█████·█"],
        &["203.0.113.0/24", "12 %"],
        &["q quit", "Enter explain"],
    ] {
        assert!(holds(&lines, parts), "{parts:?}\n{}", lines.join("\n"));
    }
}

#[test]
fn wide_screens_show_more() {
    let lines = drawn(&view(), 200, 50);
    assert!(
        holds(&lines, &["198.18.16.0/20", "12 work", "0.0001"]),
        "{}",
        lines.join("\n")
    );
    assert!(lines.last().unwrap().contains("q quit"));
}

#[test]
fn a_row_is_explained_by_its_evidence_and_closed_again() {
    let mut view = view();
    let before = drawn(&view, 80, 24);
    view.press(Key::Explain);
    let lines = drawn(&view, 80, 24);
    for part in [
        "SYNs stay unanswered",
        "31 of 31",
        "19 hosts that once answered fail, none works",
        "stands at 41.2; at 13.8",
        "part of the alert about 198.18.16.0/20",
    ] {
        assert!(holds(&lines, &[part]), "{part}\n{}", lines.join("\n"));
    }
    view.press(Key::Back);
    assert_eq!(drawn(&view, 80, 24), before);
}

#[test]
fn the_chosen_row_stays_in_the_list_when_it_becomes_shorter() {
    let mut view = view();
    view.press(Key::Move(isize::MAX));
    assert_eq!(view.chosen(Pane::Prefixes), 3);
    view.hear(Ok(Status {
        worst: std::sync::Arc::default(),
        ..status()
    }));
    assert_eq!(view.chosen(Pane::Prefixes), 0);
    view.press(Key::Explain);
    assert_eq!(view.explanation(now()), None);
    let lines = drawn(&view, 80, 24);
    assert!(holds(&lines, &["nothing failed"]), "{}", lines.join("\n"));
}

#[test]
fn a_detector_that_is_gone_is_said_and_what_it_said_last_stays() {
    let mut view = view();
    view.hear(Err("the detector has ended".to_owned()));
    let lines = drawn(&view, 80, 24);
    assert!(holds(&lines, &["✘ the detector has ended"]));
    assert!(holds(&lines, &["198.18.16.0/20"]));
}

#[test]
fn no_size_is_too_small() {
    let mut view = view();
    for is_explaining in [false, true] {
        view.is_explaining = is_explaining;
        for (width, height) in [(1, 1), (3, 2), (10, 5), (40, 8), (300, 4), (2, 90)] {
            let lines = drawn(&view, width, height);
            assert_eq!(lines.len(), usize::from(height));
        }
    }
}

#[test]
fn text_is_what_a_terminal_would_show_without_its_colours() {
    let area = Rect::new(0, 0, 80, 24);
    let text = text::screen(&view(), now(), area);
    let lines = drawn(&view(), 80, 24);
    assert_eq!(text.lines().count(), 24);
    // A wide sign takes two cells, of which the second is no text.
    let signs = |text: &str| text.replace(' ', "");
    for (line, drawn) in text.lines().zip(&lines) {
        assert_eq!(signs(line), signs(drawn));
    }
    assert!(text.contains("株式会社 hostin"), "{text}");
    assert!(!text.contains('\x1b'));
}
