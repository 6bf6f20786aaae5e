//! What the fuzzer has found, and what it begins with, through the same functions.

use std::{
    fs,
    panic::{self, AssertUnwindSafe},
    path::Path,
};

use detector_fuzzing::{TARGETS, Target};

#[test]
fn what_the_fuzzer_once_found_is_found_no_more() {
    for (name, target) in TARGETS {
        replay("regressions", name, target);
    }
}

#[test]
fn the_corpus_is_survived() {
    for (name, target) in TARGETS {
        let files = replay("corpus", name, target);
        assert!(files > 20, "{name}: {files} files");
    }
}

/// Gives every file of a folder to its target, and counts them.
fn replay(folder: &str, name: &str, target: Target) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let Ok(entries) = fs::read_dir(root.join(folder).join(name)) else {
        return 0;
    };
    let paths: Vec<_> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    for path in &paths {
        let bytes = fs::read(path).expect("a readable file");
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| target(&bytes)));
        assert!(outcome.is_ok(), "{} fails {name}", path.display());
    }
    paths.len()
}
