//! The rules and the examples, before anything runs.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::{shipped, tool::run};

const RULES: &str = "prometheus/detector.rules.yml";
const TESTS: &str = "prometheus/detector.rules.test.yml";

pub(crate) fn the_rules_do_what_their_own_tests_say() -> Result<()> {
    let tested = shipped::text(TESTS)?;
    for line in shipped::text(RULES)?.lines() {
        if let Some((_, alert)) = line.split_once("- alert: ") {
            let is_tested = tested.contains(&format!("alertname: {alert}\n        exp_alerts:"));
            ensure!(is_tested, "no test lets {alert} fire");
        }
    }
    run(
        Command::new("promtool")
            .args(["test", "rules"])
            .arg(shipped::path(TESTS)),
        "",
    )?;
    Ok(())
}

pub(crate) fn the_examples_are_taken_by_the_programs_they_are_for() -> Result<()> {
    let prometheus = shipped::path("prometheus/prometheus.yml");
    run(
        Command::new("promtool")
            .args(["check", "config"])
            .arg(prometheus),
        "",
    )?;
    let alertmanager = shipped::path("prometheus/alertmanager.yml");
    run(
        Command::new("amtool").arg("check-config").arg(alertmanager),
        "",
    )?;
    Ok(())
}
