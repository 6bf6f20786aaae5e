//! A built object as the kernel is given it, instruction by instruction, before any kernel has seen it.
//!
//! Must not know: what is allowed in it.

pub mod flow;
pub mod stack;

use std::collections::HashSet;

use anyhow::{Context as _, Result};
use aya_obj::Object;

use self::flow::Code;

/// The object with the functions of each program behind it, as its loader links it.
///
/// # Errors
/// Where the bytes are no object, or it calls what it does not hold.
pub fn linked(bytes: &[u8]) -> Result<Object> {
    let mut object = Object::parse(bytes)?;
    let sections: HashSet<usize> = object
        .functions
        .keys()
        .map(|(section, _)| *section)
        .collect();
    object.relocate_calls(&sections)?;
    Ok(object)
}

/// The instructions of one program.
///
/// # Errors
/// Where there is no such program.
pub fn code<'a>(object: &'a Object, name: &str) -> Result<Code<'a>> {
    let program = object.programs.get(name);
    let function = program.and_then(|it| object.functions.get(&it.function_key()));
    let function = function.with_context(|| format!("there is no program {name}"))?;
    Ok(Code(&function.instructions))
}
