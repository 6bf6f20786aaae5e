use std::{
    os::unix::fs::PermissionsExt as _,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use tempfile::TempDir;

use super::*;

const FILE: &str = "numbers.json";

fn opened() -> (TempDir, StateDir) {
    let folder = TempDir::new().unwrap();
    let state = StateDir::open(&folder.path().join("a/b")).unwrap();
    (folder, state)
}

fn load(state: &StateDir) -> Option<Vec<u32>> {
    state.load(FILE)
}

fn names(state: &StateDir) -> Vec<String> {
    let entries = fs::read_dir(&state.path).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_is_stored_is_loaded_by_the_next_and_nobody_else_may_read_it() {
    let (_folder, mut state) = opened();
    assert_eq!(load(&state), None);
    state.store(FILE, &[1, 2]);
    state.store(FILE, &[1, 2, 3]);
    let path = state.path.clone();
    drop(state);
    let state = StateDir::open(&path).unwrap();
    assert_eq!(load(&state), Some(vec![1, 2, 3]));
    assert_eq!(names(&state), ["lock", FILE]);
    assert_eq!((mode(&path), mode(&path.join(FILE))), (0o700, 0o600));
}

#[test]
fn a_second_one_on_the_same_directory_is_told_the_cure() {
    let (_folder, state) = opened();
    let Err(Failure::Failed(line)) = StateDir::open(&state.path) else {
        panic!("two have it");
    };
    for part in [
        state.path.to_str().unwrap(),
        "another detector",
        "--state-dir",
    ] {
        assert!(line.contains(part), "no {part}: {line}");
    }
    assert_eq!(line.lines().count(), 1);
}

#[test]
fn a_file_truncated_anywhere_is_set_aside_and_the_next_is_written() {
    let (_folder, mut state) = opened();
    state.store(FILE, &[1, 22]);
    let path = state.path.join(FILE);
    let whole = fs::read(&path).unwrap();
    for len in 0..whole.len() {
        fs::write(&path, &whole[..len]).unwrap();
        assert_eq!(load(&state), None, "{len}");
        // The same name each time: what was set aside before is replaced.
        let aside = fs::read(state.path.join("numbers.json.damaged")).unwrap();
        assert_eq!((aside.len(), path.exists()), (len, false));
    }
    state.store(FILE, &[4]);
    assert_eq!(load(&state), Some(vec![4]));
}

#[test]
fn what_cannot_be_read_or_is_newer_is_set_aside() {
    let (_folder, state) = opened();
    let path = state.path.join(FILE);
    fs::write(&path, r#"{"version":2,"content":[1]}"#).unwrap();
    assert_eq!((load(&state), path.exists()), (None, false));
    fs::remove_file(state.path.join("numbers.json.damaged")).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!((load(&state), path.exists()), (None, false));
}

#[test]
fn what_is_longer_than_any_state_is_not_read_to_its_end() {
    let (_folder, state) = opened();
    let file = File::create(state.path.join(FILE)).unwrap();
    file.set_len(1 << 40).unwrap();
    assert_eq!(load(&state), None);
}

#[test]
fn a_reader_never_sees_half_a_file() {
    let (_folder, mut state) = opened();
    let path = state.path.join(FILE);
    let content = |round: u32| vec![round; 2_000 * (1 + round as usize % 3)];
    state.store(FILE, &content(0));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut read = 0_u32;
            while !is_over.load(Ordering::Relaxed) || read == 0 {
                let seen: Vec<u32> = envelope::open(&fs::read(&path).unwrap()).unwrap();
                assert_eq!(seen, content(seen[0]));
                read += 1;
            }
        });
        for round in 1..50 {
            state.store(FILE, &content(round));
        }
        is_over.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
}

#[test]
fn a_write_that_fails_is_told_once_and_tried_again() {
    let (_folder, mut state) = opened();
    let gone = state.path.with_extension("gone");
    fs::rename(&state.path, &gone).unwrap();
    for _ in 0..2 {
        state.store(FILE, &[1]);
        assert!(state.failing.contains(FILE));
    }
    fs::rename(&gone, &state.path).unwrap();
    state.store(FILE, &[2]);
    assert_eq!(load(&state), Some(vec![2]));
    assert!(state.failing.is_empty());
}

#[test]
fn what_a_killed_one_left_half_written_is_swept() {
    let (_folder, mut state) = opened();
    state.store(FILE, &[1]);
    let path = state.path.clone();
    drop(state);
    fs::write(path.join("numbers.json1A2b3C.partial"), "{\"vers").unwrap();
    let state = StateDir::open(&path).unwrap();
    assert_eq!(names(&state), ["lock", FILE]);
    assert_eq!(load(&state), Some(vec![1]));
}
