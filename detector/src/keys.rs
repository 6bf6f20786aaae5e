//! The keys of what is written or read, as a JSON Schema describes them.
//!
//! Must not know: what is described.

use serde_json::{Map, Value};

/// One key.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// With the names of the objects that it stands in: `tables.prefixes`, `ignore[].kind`.
    pub path: String,
    /// Without them.
    pub name: String,
    /// What it is.
    pub meaning: String,
    /// What holds without it, as it would be written; none where nothing does.
    pub default: Option<String>,
    /// What can be written: the words, and what each means.
    pub words: Vec<(String, String)>,
    /// What kind of value it has.
    pub kind: String,
    /// Whether it may be absent.
    pub is_optional: bool,
}

/// All keys of an object with this schema, which refers to no other; those of an object in it come after it.
pub fn keys_of(schema: &Value) -> Vec<Key> {
    let mut keys = Vec::new();
    collect("", schema, &mut keys);
    keys
}

fn collect(prefix: &str, object: &Value, keys: &mut Vec<Key>) {
    let none = Map::new();
    let required = object["required"].as_array().map_or(&[][..], Vec::as_slice);
    for (name, property) in object["properties"].as_object().unwrap_or(&none) {
        let path = format!("{prefix}{name}");
        keys.push(Key {
            path: path.clone(),
            name: name.clone(),
            meaning: meaning(property, object),
            default: property.get("default").and_then(written),
            words: words(property),
            kind: kind(property),
            is_optional: !required.iter().any(|it| it == name),
        });
        collect(&format!("{path}."), property, keys);
        collect(&format!("{path}[]."), &property["items"], keys);
        for choice in choices(property) {
            collect(&format!("{path}."), choice, keys);
        }
    }
    for choice in choices(object) {
        collect(prefix, choice, keys);
    }
}

fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    let of = ["oneOf", "anyOf", "allOf"].map(|key| schema[key].as_array());
    of.into_iter().flatten().flatten()
}

/// Its words stand alone, in a list, or beside the possibility of being absent.
fn words(property: &Value) -> Vec<(String, String)> {
    let nested = choices(property).flat_map(|choice| match choice["const"].as_str() {
        Some(word) => vec![(word.to_owned(), text(choice))],
        None => words(choice),
    });
    let listed = property["enum"].as_array().into_iter().flatten();
    let listed = listed.filter_map(|it| Some((it.as_str()?.to_owned(), String::new())));
    let alone = property["const"]
        .as_str()
        .map(|it| (it.to_owned(), String::new()));
    nested.chain(listed).chain(alone).collect()
}

fn kind(property: &Value) -> String {
    let of = |schema: &Value| match &schema["type"] {
        Value::String(kind) if kind != "null" => Some(kind.clone()),
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|it| *it != "null")
            .map(str::to_owned),
        _ => None,
    };
    let own = of(property).or_else(|| choices(property).find_map(of));
    match own.as_deref() {
        Some("array") => format!("list of {}s", kind(&property["items"])),
        Some(kind) => kind.to_owned(),
        None => "string".to_owned(),
    }
}

/// A word that makes an object what it is means what the object does.
fn meaning(property: &Value, object: &Value) -> String {
    match text(property) {
        none if none.is_empty() && property.get("const").is_some() => text(object),
        text => text,
    }
}

fn text(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    text.replace('\n', " ")
}

/// As it would be written; objects stand for themselves.
fn written(default: &Value) -> Option<String> {
    match default {
        Value::Null | Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}
