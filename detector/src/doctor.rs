//! `detector doctor`: what would keep `run`, with the same options, from working here; each finding with its cure.
//!
//! Looks and changes nothing. Must not know: how a program is loaded.

mod finding;
mod links;
mod machine;
mod places;

use std::{env, fs, path::Path, time::SystemTime};

use jiff::Timestamp;
use serde_json::json;

use self::{
    finding::{Finding, Grade},
    machine::Machine,
};
use crate::{
    cli::DoctorArgs,
    client,
    config::{Config, Settings},
    event_loop,
    failure::Failure,
    figures::several,
    kernel::{needs, privilege},
    print::print,
    status::Status,
};

/// Looks, and says what it finds.
///
/// # Errors
/// [`Failure::Unavailable`] where something would keep `run` from working.
pub fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let findings = findings(args)?;
    let wrong = findings
        .iter()
        .filter(|it| it.grade == Grade::Wrong)
        .count();
    print(&if args.json {
        format!(
            "{}\n",
            json!({ "is_fit": wrong == 0, "findings": findings })
        )
    } else {
        findings.iter().map(Finding::to_string).collect()
    })?;
    match wrong {
        0 => Ok(()),
        some => Err(Failure::Unavailable(format!(
            "{} `detector run` from working here; see the cures above",
            several(some as u64, "finding keeps", "findings keep")
        ))),
    }
}

fn findings(args: &DoctorArgs) -> Result<Vec<Finding>, Failure> {
    let machine = Machine::under("/");
    let read = Config::of_run(&args.run).and_then(|it| Settings::load(&it).map(|_| it));
    let (config, of_config) = match read {
        Ok(config) => (config, Finding::fine("configuration", "can be used")),
        Err(failure) => (
            Config::default(),
            Finding::of_failure("configuration", &failure),
        ),
    };
    let running = client::status(config.status_socket.as_deref()).ok();
    let mut findings = vec![
        machine.kernel(),
        machine.lockdown(),
        machine.bpf_file_system(),
        capabilities(privilege::check(), privilege::caveat()),
        Finding::of("features", needs::check().map(|()| "none is missing")),
        of_config,
        machine.memory(config.tables.bytes()),
        machine::clock(Timestamp::now(), built_at()),
        places::state(config.state_dir.as_deref(), running.is_some()),
        places::socket(config.status_socket.as_deref(), running.is_some()),
    ];
    findings.extend(config.pin.as_deref().map(places::pins));
    findings.extend(event_loop::run(links::findings(
        &config,
        &watched(running.as_ref()),
    ))?);
    Ok(findings)
}

fn capabilities(checked: Result<(), Failure>, caveat: Option<&str>) -> Finding {
    const CHECK: &str = "capabilities";
    match (checked, caveat) {
        (Err(failure), _) => Finding::of_failure(CHECK, &failure),
        (Ok(()), None) => Finding::fine(CHECK, "enough"),
        (Ok(()), Some(caveat)) => Finding::doubtful(CHECK, caveat, "grant CAP_PERFMON as well"),
    }
}

/// The interfaces that a running detector watches.
fn watched(running: Option<&Status>) -> Vec<String> {
    let interfaces = running.map_or(&[][..], |it| &it.interfaces);
    interfaces.iter().map(|it| it.iface.clone()).collect()
}

/// When this program was written to its file.
fn built_at() -> Option<Timestamp> {
    let modified = |path: &Path| -> Option<SystemTime> { fs::metadata(path).ok()?.modified().ok() };
    Timestamp::try_from(modified(&env::current_exe().ok()?)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{finding::Grade, *};

    #[test]
    fn a_capability_that_only_helps_is_a_doubt_and_one_that_is_needed_a_fault() {
        let lacks = || Err(Failure::Permission("CAP_BPF missing; grant it".to_owned()));
        let grades = [
            capabilities(Ok(()), None),
            capabilities(Ok(()), Some("without CAP_PERFMON …")),
            capabilities(lacks(), Some("without CAP_PERFMON …")),
        ]
        .map(|finding| finding.grade);
        assert_eq!(grades, [Grade::Fine, Grade::Doubtful, Grade::Wrong]);
    }
}
