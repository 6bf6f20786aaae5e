//! Numbers as people read them.

use std::time::Duration;

/// A count with its thousands apart: `41,210`.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count in at most five characters: `999`, `41.2k`, `1.3M`.
pub fn short(count: f64) -> String {
    let (scale, unit) = match count {
        ..999.5 => return format!("{count:.0}"),
        ..999_500.0 => (1e3, "k"),
        ..999_500_000.0 => (1e6, "M"),
        _ => (1e9, "G"),
    };
    let scaled = count / scale;
    let decimals = usize::from(scaled < 99.95);
    format!("{scaled:.decimals$}{unit}")
}

/// Memory: `512 KiB`, `63.2 MiB`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match UNITS.into_iter().find(|(_, size)| bytes >= *size) {
        Some((unit, size)) => {
            let tenths = (u128::from(bytes) * 10 + u128::from(size) / 2) / u128::from(size);
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} B"),
    }
}

/// A span in its two largest units: `3 d 4 h`, `12 min 5 s`, `9 s`.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let mut rest = seconds;
    let parts = units.map(|(unit, size)| {
        let amount = rest / size;
        rest %= size;
        (amount, unit)
    });
    let largest = parts.iter().position(|(amount, _)| *amount > 0);
    let shown = parts
        .iter()
        .skip(largest.unwrap_or(units.len() - 1))
        .take(2);
    let shown: Vec<String> = shown
        .filter(|(amount, _)| *amount > 0 || largest.is_none())
        .map(|(amount, unit)| format!("{amount} {unit}"))
        .collect();
    shown.join(" ")
}

/// How many in a hundred: `12 %`; nothing of nothing is none.
pub fn percent(part: u64, whole: u64) -> String {
    let percent = u128::from(part) * 100 / u128::from(whole.max(1));
    format!("{percent} %")
}

/// One thing or several: `1 loss`, `3 losses`.
pub fn several(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(
            [0, 999, 1_000, 41_210, 1_234_567].map(count),
            ["0", "999", "1,000", "41,210", "1,234,567"]
        );
        assert_eq!(
            [0.0, 999.4, 999.6, 41_234.0, 999_600.0, 2.5e9].map(short),
            ["0", "999", "1.0k", "41.2k", "1.0M", "2.5G"]
        );
        assert_eq!(
            [0, 1_023, 1_024, 66_273_280].map(bytes),
            ["0 B", "1023 B", "1.0 KiB", "63.2 MiB"]
        );
        assert_eq!(
            [0, 9, 60, 725, 11_520, 273_600].map(|it| span(Duration::from_secs(it))),
            ["0 s", "9 s", "1 min", "12 min 5 s", "3 h 12 min", "3 d 4 h"]
        );
        assert_eq!(
            [(0, 0), (1, 3), (3, 3)].map(|(part, whole)| percent(part, whole)),
            ["0 %", "33 %", "100 %"]
        );
        assert_eq!(
            [1, 2_000].map(|it| several(it, "loss", "losses")),
            ["1 loss", "2,000 losses"]
        );
    }
}
