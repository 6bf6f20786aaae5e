//! The labelled connections.

use std::fs;

use anyhow::{Context as _, Result};
use detector_tests::corpus::{
    captures::{self, Captures},
    comparison::{Comparison, Match},
    expectation::EXPECTATIONS,
    replay,
    truth::{self, Labelled},
};

pub(crate) fn every_labelled_connection_has_its_line() -> Result<()> {
    compare(|comparison| {
        let without = comparison.matches.iter().filter(|it| it.flow.is_none());
        assert_none("no line", without);
    })
}

pub(crate) fn interference_is_told_for_what_it_is() -> Result<()> {
    compare(|comparison| {
        for expectation in &EXPECTATIONS {
            let found = comparison
                .under(expectation)
                .filter(|it| it.agrees())
                .count();
            let (label, at_least) = (expectation.label, expectation.at_least);
            assert!(
                found >= at_least,
                "{label}: {found}, expected at least {at_least}"
            );
        }
    })
}

pub(crate) fn nothing_is_told_that_cannot_be() -> Result<()> {
    compare(|comparison| {
        let forbidden = |it: &&Match<'_>| it.verdict().is_some_and(it.row.expectation.is_forbidden);
        assert_none("forbidden", comparison.matches.iter().filter(forbidden));
    })
}

fn assert_none<'a, 'b: 'a>(what: &str, matches: impl Iterator<Item = &'a Match<'b>>) {
    let told = |it: &Match<'_>| {
        let Labelled {
            file,
            client,
            server,
            expectation,
            ..
        } = it.row;
        format!(
            "{file} {client} > {server}: {}, {:?}",
            expectation.label,
            it.verdict()
        )
    };
    let told: Vec<_> = matches.map(told).collect();
    assert!(told.is_empty(), "{what}: {told:#?}");
}

/// Replays the captures that have labels.
fn compare(assert: impl Fn(&Comparison<'_>)) -> Result<()> {
    let table = captures::folder().join(truth::FILE);
    let table = fs::read_to_string(&table).with_context(|| table.display().to_string())?;
    let rows = truth::parse(&table)?;
    anyhow::ensure!(!rows.is_empty(), "no labels");
    let replays = replay::all(&Captures::usual()?)?;
    let flows: Vec<_> = replays.into_iter().flat_map(|it| it.flows).collect();
    assert(&Comparison::new(&rows, &flows));
    Ok(())
}
