//! Text of others before it is shown: nothing in it may move a cursor, turn the direction of a line, or end it.

use serde_json::Value;

/// The same text, with a replacement for each character that is no letter, sign or space.
pub fn printable(text: &str) -> String {
    let shown = |char| {
        if is_shown(char) {
            char
        } else {
            char::REPLACEMENT_CHARACTER
        }
    };
    text.chars().map(shown).collect()
}

/// The same value, with all text in it made printable.
pub fn printable_json(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(printable(&text)),
        Value::Array(values) => values.into_iter().map(printable_json).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (printable(&name), printable_json(value)))
            .collect(),
        other => other,
    }
}

fn is_shown(char: char) -> bool {
    !char.is_control()
        && !matches!(
            char,
            // Ends of lines and paragraphs, directions, joiners and marks of order.
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_text_stays() {
        for text in ["AMAZON eu-central-1", "Größe 7 €", "株式会社", ""] {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn what_a_terminal_obeys_is_replaced() {
        for text in [
            "\x1b[31m",
            "\u{9b}31m",
            "a\rb",
            "a\nb",
            "\u{202e}",
            "\u{2028}",
            "\x7f",
            "\u{200f}",
        ] {
            let shown = printable(text);
            assert!(shown.contains(char::REPLACEMENT_CHARACTER), "{text:?}");
            assert_eq!(shown.chars().count(), text.chars().count());
        }
    }

    #[test]
    fn all_text_of_a_value_is_made_printable() {
        let line = r#"{"a\u001b[2J":["x\u009b31m",{"b":"c\u2028d\u202e"}],"n":1.5,"t":true}"#;
        let shown = printable_json(serde_json::from_str(line).unwrap()).to_string();
        assert_eq!(shown.matches(char::REPLACEMENT_CHARACTER).count(), 4);
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
        assert!(shown.contains("1.5") && shown.contains("true"));
    }

    proptest! {
        #[test]
        fn no_text_moves_a_cursor(text: String) {
            prop_assert!(!printable(&text).chars().any(char::is_control));
        }
    }
}
