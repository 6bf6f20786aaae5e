//! The documents against the program: what they name is there, and what they tell to type works.

mod complaints;
mod elsewhere;
mod machine;
mod pieces;
mod quotes;
mod shell;
mod texts;
mod typed;

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use detector_tests::{harness, tests};

fn main() -> ExitCode {
    let of_texts = tests![
        texts::the_documents_name_no_option_and_no_key_that_there_is_not,
        texts::the_documents_have_commands_and_settings_to_look_at,
        texts::what_is_not_there_is_noticed,
        texts::what_is_there_and_what_is_others_passes,
        quotes::what_the_symptoms_quote_the_program_says,
        typed::a_command_that_nobody_knows_is_noticed,
        typed::what_is_done_elsewhere_has_no_option_that_its_help_lacks,
    ];
    let carried_out = tests![
        typed::every_command_works_or_is_known_to_take_more_than_a_folder,
        typed::an_answer_that_is_shown_and_not_given_is_noticed,
    ];
    harness::main_of([(of_texts, None), (carried_out, machine::missing())])
}

/// What users read; CONTRIBUTING.md is about other programs.
fn documents() -> io::Result<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let entries = fs::read_dir(root.join("docs"))?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    let mut documents = paths.collect::<io::Result<Vec<_>>>()?;
    documents.retain(|path| path.extension().is_some_and(|it| it == "md"));
    documents.push(root.join("README.md"));
    documents.sort();
    Ok(documents)
}
