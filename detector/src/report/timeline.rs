//! When alerts fired: a bar for each, from the first failure to the last word.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::page::{class, moment, range};
use crate::{figures::count, told::Story};

/// Bars; the others are counted.
const BARS: usize = 200;
const WIDTH: f64 = 960.0;
/// Where time begins, right of the ranges.
const LEFT: f64 = 190.0;
const ROW: f64 = 22.0;
const TOP: f64 = 26.0;
/// Narrowest bar that can be seen.
const NARROWEST: f64 = 4.0;
/// Room for a word in a bar.
const FIRING: f64 = 48.0;
const TICKS: i32 = 5;

/// From the first failure to the last word of all.
#[derive(Clone, Copy)]
struct Span {
    first: Timestamp,
    length_s: f64,
}

/// The drawing.
pub(super) fn timeline(alerts: &[&Story]) -> Markup {
    let Some(span) = Span::of(alerts) else {
        return html! {};
    };
    let shown = &alerts[..alerts.len().min(BARS)];
    let more = alerts.len() - shown.len();
    let height = TOP + ROW * as_f64(shown.len()) + 4.0;
    html! {
        div.wide {
            svg.timeline viewBox=(format!("0 0 {WIDTH} {height:.0}")) role="img" aria-label="When alerts fired" {
                @for tick in 0..=TICKS { (self::tick(span, tick, height)) }
                @for (number, alert) in shown.iter().enumerate() { (bar(span, number, alert)) }
            }
        }
        (legend(shown))
        @if more > 0 { p.note { "And " (count(more as u64)) " more." } }
    }
}

fn tick(span: Span, number: i32, height: f64) -> Markup {
    let share = f64::from(number) / f64::from(TICKS);
    let at = span.at(share);
    let x = LEFT + (WIDTH - LEFT) * share;
    let anchor = match number {
        0 => "start",
        TICKS => "end",
        _ => "middle",
    };
    html! {
        line.grid x1=(px(x)) x2=(px(x)) y1=(px(TOP - 6.0)) y2=(px(height)) {}
        text.axis x=(px(x)) y="14" text-anchor=(anchor) { (span.label(at)) }
    }
}

fn bar(span: Span, number: usize, alert: &Story) -> Markup {
    let last = &alert.last;
    let y = TOP + ROW * as_f64(number);
    let from = span.x(last.since);
    // What fires goes on to the end.
    let to = if last.is_resolved() {
        span.x(last.ts)
    } else {
        WIDTH
    };
    let width = (to - from).max(NARROWEST);
    let from = from.min(WIDTH - width);
    html! {
        g {
            title { (range(alert)) ": " (last.kind) ", " (last.grade) ", from " (moment(last.since)) ", " (last.state) " " (moment(last.ts)) }
            text.label x="0" y=(px(y + 14.0)) { (range(alert)) }
            rect.bar.(class(&last.kind)).(shade(&last.grade)) x=(px(from)) y=(px(y + 3.0)) width=(px(width)) height="14" rx="2" {}
            @if !last.is_resolved() { (firing(from, width, y)) }
        }
    }
}

/// In the bar where there is room, else beside it.
fn firing(from: f64, width: f64, y: f64) -> Markup {
    let is_inside = width >= FIRING;
    let x = if is_inside { WIDTH - 6.0 } else { from - 6.0 };
    html! { text.inside[is_inside].axis[!is_inside] x=(px(x)) y=(px(y + 14.0)) text-anchor="end" { "firing" } }
}

fn shade(grade: &str) -> &'static str {
    if grade == "confirmed" {
        "confirmed"
    } else {
        "suspected"
    }
}

/// What the colours mean, of those that are there.
pub(super) fn legend(alerts: &[&Story]) -> Markup {
    let mut kinds: Vec<&str> = alerts.iter().map(|it| it.last.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    html! {
        p.legend { @for kind in kinds { span { span.dot.(class(kind)) {} (kind) } } span.note { "pale: suspected" } }
    }
}

impl Span {
    fn of(alerts: &[&Story]) -> Option<Self> {
        let first = alerts.iter().map(|it| it.last.since).min()?;
        let last = alerts
            .iter()
            .map(|it| it.last.ts.max(it.last.since))
            .max()?;
        Some(Self {
            first,
            length_s: last.duration_since(first).as_secs_f64().max(1.0),
        })
    }

    fn at(self, share: f64) -> Timestamp {
        let after = SignedDuration::try_from_secs_f64(self.length_s * share);
        let at = after
            .ok()
            .and_then(|after| self.first.checked_add(after).ok());
        at.unwrap_or(self.first)
    }

    fn x(self, at: Timestamp) -> f64 {
        let share = at.duration_since(self.first).as_secs_f64() / self.length_s;
        (WIDTH - LEFT).mul_add(share.clamp(0.0, 1.0), LEFT)
    }

    /// The day too, where there are several.
    fn label(self, at: Timestamp) -> String {
        let form = if self.length_s < 86_400.0 {
            "%H:%M:%S"
        } else {
            "%m-%d %H:%M"
        };
        at.strftime(form).to_string()
    }
}

fn px(length: f64) -> String {
    format!("{length:.1}")
}

#[expect(clippy::cast_precision_loss, reason = "a place on a page")]
const fn as_f64(number: usize) -> f64 {
    number as f64
}
