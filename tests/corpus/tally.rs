//! How often each verdict was told in each folder of captures. Pure.

use std::collections::BTreeMap;

use detector_tests::corpus::replay::Flow;

/// Connections by verdict, by the first folder of their capture.
pub(crate) type Tally = BTreeMap<String, BTreeMap<&'static str, usize>>;

pub(crate) fn by_folder(flows: &[Flow]) -> Tally {
    let mut tally = Tally::new();
    for flow in flows {
        let folder = flow.file.split('/').next().unwrap_or_default();
        let counts = tally.entry(folder.to_owned()).or_default();
        *counts.entry(flow.verdict.name()).or_default() += 1;
    }
    tally
}

#[cfg(test)]
mod tests {
    use detector_tests::corpus::replay;

    use super::*;

    #[test]
    fn subfolders_count_for_the_first_folder() {
        let told = r#"{"event":"flow","ts":"2025-03-24T15:12:54Z","local":"192.0.2.1:4","remote":"192.0.2.2:443","verdict":"ok"}"#;
        let files = ["a/1.pcap", "a/deep/er/2.pcap", "b/3.pcap"];
        let flows: Vec<_> = files
            .into_iter()
            .flat_map(|file| replay::flows(file, told).unwrap())
            .collect();
        let tally = by_folder(&flows);
        assert_eq!((tally["a"]["ok"], tally["b"]["ok"]), (2, 1));
    }
}
