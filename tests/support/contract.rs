//! What a line of the detector must be: whatever its own schema says, and nothing beside.

use std::sync::LazyLock;

use detector::event::schema::schema;
use jsonschema::Validator;
use serde_json::{Value, json};

/// Longest line that every collector of logs takes whole, in bytes.
const LONGEST: usize = 8_192;

static STRICT: LazyLock<Option<Validator>> = LazyLock::new(|| {
    let mut schema = schema();
    for event in schema["oneOf"].as_array_mut()? {
        event["unevaluatedProperties"] = json!(false);
        close(event.pointer_mut("/allOf/0"));
    }
    jsonschema::validator_for(&schema).ok()
});

/// What is wrong with `line`, which was written now: a key that the schema does not name is wrong too.
///
/// # Errors
/// The complaint.
pub fn check(line: &str) -> Result<Value, String> {
    if line.len() >= LONGEST {
        return Err(format!("a line of {} bytes: {line}", line.len()));
    }
    let event: Value = serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
    let strict = STRICT.as_ref().ok_or("the schema is none")?;
    match of_its_kind(strict, &event) {
        None => Ok(event),
        Some(complaint) => Err(format!("{complaint}: {line}")),
    }
}

fn of_its_kind(validator: &Validator, event: &Value) -> Option<String> {
    let error = validator.validate(event).err()?;
    Some(format!(
        "against the schema at {}: {error:.300}",
        error.instance_path()
    ))
}

/// No key but those that are named, in the objects that this one's properties are or list.
fn close(object: Option<&mut Value>) {
    let properties = object.and_then(|object| object.get_mut("properties")?.as_object_mut());
    for property in properties.into_iter().flat_map(|it| it.values_mut()) {
        seal(Some(property));
        seal(property.get_mut("items"));
    }
}

fn seal(object: Option<&mut Value>) {
    let Some(object) = object else { return };
    if object.get("properties").is_some() {
        object["additionalProperties"] = json!(false);
        close(Some(object));
    }
}
