//! What is around the content of every state file: a version. Must not know: files.

use std::io;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use thiserror::Error;

/// Raised when the form of any content changes, so that an older detector does not misread it.
const VERSION: u32 = 1;

#[derive(Deserialize, Serialize)]
struct Envelope<T> {
    version: u32,
    content: T,
}

/// The same, whatever the content.
#[derive(Deserialize)]
struct Front {
    version: u32,
}

/// Why a file is of no use.
#[derive(Debug, Error)]
pub(super) enum Damage {
    #[error("it is of version {0}, and this detector knows version {VERSION}")]
    Version(u32),
    #[error("it is damaged ({0})")]
    Form(#[from] serde_json::Error),
}

/// The bytes of a file.
pub(super) fn seal<T: Serialize>(content: &T) -> io::Result<Vec<u8>> {
    let version = VERSION;
    Ok(serde_json::to_vec(&Envelope { version, content })?)
}

/// The content of a file. The version comes first: another one may hold anything.
pub(super) fn open<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Damage> {
    let Front { version } = serde_json::from_slice(bytes)?;
    if version != VERSION {
        return Err(Damage::Version(version));
    }
    let envelope: Envelope<T> = serde_json::from_slice(bytes)?;
    Ok(envelope.content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_survives() {
        let content = vec![(1, "one".to_owned()), (2, "zwei: \"2\"".to_owned())];
        let bytes = seal(&content).unwrap();
        assert_eq!(open::<Vec<(u8, String)>>(&bytes).unwrap(), content);
    }

    #[test]
    fn a_truncated_file_is_never_content() {
        let bytes = seal(&vec![1, 22, 333]).unwrap();
        for len in 0..bytes.len() {
            let opened = open::<Vec<u32>>(&bytes[..len]);
            assert!(matches!(opened, Err(Damage::Form(_))), "{len}: {opened:?}");
        }
    }

    #[test]
    fn another_version_is_named_whatever_it_holds() {
        for file in [
            r#"{"version":2,"content":[1]}"#,
            r#"{"version":2,"other":{}}"#,
        ] {
            let damage = open::<Vec<u32>>(file.as_bytes()).unwrap_err();
            assert!(damage.to_string().contains("version 2"), "{damage}");
        }
    }

    #[test]
    fn other_content_and_more_than_one_file_are_damage() {
        for file in [
            r#"{"version":1,"content":["x"]}"#,
            r#"{"version":1,"content":[1]}{"version":1,"content":[1]}"#,
            r#"{"version":-1,"content":[1]}"#,
            "\0\0\0\0",
        ] {
            let opened = open::<Vec<u32>>(file.as_bytes());
            assert!(matches!(opened, Err(Damage::Form(_))), "{file}: {opened:?}");
        }
    }
}
