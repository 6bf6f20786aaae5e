//! The JSON Schema of the events, out of the types that are written.
//!
//! Must not know: when an event is due, or who checks it.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use super::{
    Heartbeat, InterfaceEvent, Overflow, SCHEMA, alert::AlertEvent, config::ConfigEvent,
    flow::FlowEvent, summary::Summary,
};
use crate::{
    failure::Failure,
    keys::{Key, keys_of},
    moment::Moment,
    print::print,
};

/// Writes the schema, or the keys of one event as the rows of a table.
///
/// # Errors
/// [`Failure::Usage`] where there is no such event.
pub fn write(event: Option<&str>) -> Result<(), Failure> {
    let Some(event) = event else {
        return print(&format!("{:#}\n", schema()));
    };
    let found = keys().into_iter().find(|(name, _)| *name == event);
    let (_, keys) = found.ok_or_else(|| {
        let names = events(&mut generator()).map(|(name, _)| name).join(", ");
        Failure::Usage(format!("there is no event {event:?}: name one of {names}"))
    })?;
    print(&rows(&keys))
}

/// The keys as the rows of a table (Markdown): key, type, meaning.
pub fn rows(keys: &[Key]) -> String {
    keys.iter().map(row).collect()
}

/// The schema of any one line. Keys that it does not name may come with a later version.
pub fn schema() -> Value {
    let generator = &mut generator();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        "description": "One line of what `detector run` and `detector replay` write.",
        "oneOf": events(generator).map(|(_, schema)| schema),
    })
}

/// The keys of each event, by its name.
pub fn keys() -> Vec<(&'static str, Vec<Key>)> {
    let events = events(&mut generator()).into_iter();
    events
        .map(|(name, schema)| (name, keys_of(&schema["allOf"][0])))
        .collect()
}

fn events(generator: &mut SchemaGenerator) -> [(&'static str, Value); 7] {
    let ts = Moment::json_schema(generator);
    [
        ("alert", body::<AlertEvent>(generator)),
        ("flow", body::<FlowEvent>(generator)),
        ("summary", body::<Summary>(generator)),
        ("heartbeat", body::<Heartbeat>(generator)),
        ("interface", body::<InterfaceEvent>(generator)),
        ("config", body::<ConfigEvent>(generator)),
        ("overflow", body::<Overflow>(generator)),
    ]
    .map(|(name, body)| {
        let schema = json!({
            "type": "object",
            "properties": {
                "schema": {"const": SCHEMA},
                "event": {"const": name},
                "ts": ts,
            },
            "required": ["schema", "event", "ts"],
            "allOf": [body],
        });
        (name, schema)
    })
}

fn row(key: &Key) -> String {
    let often = if key.is_optional { ", optional" } else { "" };
    let words: Vec<String> = key
        .words
        .iter()
        .map(|(word, _)| format!("`{word}`"))
        .collect();
    let words = match words.as_slice() {
        [] => String::new(),
        [word] => format!(" {word}."),
        words => format!(" One of {}.", words.join(", ")),
    };
    let (path, kind, meaning) = (&key.path, &key.kind, &key.meaning);
    format!("| `{path}` | {kind}{often} | {meaning}{words} |\n")
}

fn body<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().to_value()
}

/// As it is written, and without references: a reader finds each key in its place.
fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|it| it.inline_subschemas = true)
        .into_generator()
}
