//! Every key, as its own comment describes it.

use schemars::generate::SchemaSettings;

use super::Config;
use crate::keys::{Key, keys_of};

/// All of them, a table's own after it.
pub fn keys() -> Vec<Key> {
    let settings = SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<Config>();
    keys_of(schema.as_value())
}
