//! Every key, as its own comment describes it.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::Config;

/// One key.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// With the names of the tables that it stands in: `tables.prefixes`, `ignore[].kind`.
    pub path: String,
    /// Without them.
    pub name: String,
    /// What it is.
    pub meaning: String,
    /// What holds without it, as it would be written; none where nothing does.
    pub default: Option<String>,
    /// What can be written: the words, and what each means.
    pub words: Vec<(String, String)>,
}

/// All of them, a table's own after it.
pub fn keys() -> Vec<Key> {
    let settings = SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<Config>();
    let mut keys = Vec::new();
    collect("", schema.as_value(), &mut keys);
    keys
}

fn collect(prefix: &str, table: &Value, keys: &mut Vec<Key>) {
    let none = Map::new();
    let properties = table["properties"].as_object().unwrap_or(&none);
    for (name, property) in properties {
        let path = format!("{prefix}{name}");
        keys.push(Key {
            path: path.clone(),
            name: name.clone(),
            meaning: text(property),
            default: property.get("default").and_then(written),
            words: words(property),
        });
        collect(&format!("{path}."), property, keys);
        collect(&format!("{path}[]."), &property["items"], keys);
    }
}

/// Its words stand alone, or beside the possibility of being absent.
fn words(property: &Value) -> Vec<(String, String)> {
    let choices =
        ["oneOf", "anyOf"].map(|of| property[of].as_array().map_or(&[][..], Vec::as_slice));
    let nested = choices.iter().flat_map(|of| of.iter());
    nested
        .flat_map(|choice| match choice["const"].as_str() {
            Some(word) => vec![(word.to_owned(), text(choice))],
            None => words(choice),
        })
        .collect()
}

fn text(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    text.replace('\n', " ")
}

/// As TOML; tables stand for themselves.
fn written(default: &Value) -> Option<String> {
    match default {
        Value::Null | Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}
