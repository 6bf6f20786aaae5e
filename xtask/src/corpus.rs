//! Builds the comparison with labelled captures and becomes it. It owns its arguments.

use std::{ffi::OsString, process::ExitCode};

use anyhow::Result;

use crate::{hand_over::hand_over, setup};

pub(crate) fn corpus(arguments: &[OsString]) -> Result<ExitCode> {
    setup::setup()?;
    hand_over("corpus", arguments)
}
