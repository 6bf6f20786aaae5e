//! Making an event shorter where a line has little room: lists lose their end, and the event says so.

use serde_json::{Value, json};

/// Lists that may be cut, the least missed first. What they are of is counted elsewhere in the event.
const LISTS: [&str; 4] = ["survivors", "members", "names", "waiting"];

/// Halves the first list that has something in it. Returns whether there was one.
pub(super) fn by_half(event: &mut Value) -> bool {
    let list = LISTS
        .into_iter()
        .find(|it| event[*it].as_array().is_some_and(|list| !list.is_empty()));
    let Some(list) = list.and_then(|it| event[it].as_array_mut()) else {
        return false;
    };
    list.truncate(list.len() / 2);
    event["shortened"] = json!(true);
    true
}
