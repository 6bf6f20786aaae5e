//! The interfaces that would be watched: whether they are there, up, free for a program, and what their offloads mean.

mod features;

use std::collections::BTreeMap;

use super::finding::Finding;
use crate::{
    config::Config,
    failure::Failure,
    kernel::{
        attach::{Ingress, Mode},
        interfaces::{Interface, Interfaces},
    },
};

/// Above this MTU a packet takes more than one page, which not every driver gives to XDP.
const ONE_PAGE: u32 = 3_520;

/// What is switched on, by the names that `ethtool -k` has.
type Features = BTreeMap<String, bool>;

/// Looks at every interface that `run` would watch; a detector that runs watches those that are `watched`.
///
/// # Errors
/// None that is no finding.
pub(super) async fn findings(config: &Config, watched: &[String]) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let known = Interfaces::connect()?;
    if config.wan.is_empty() {
        match known.of_default_route().await {
            Ok(interfaces) => {
                for it in interfaces {
                    findings.extend(look(config, watched, &it).await);
                }
            }
            Err(failure) => findings.push(Finding::of_failure("interfaces", &failure)),
        }
    }
    for name in &config.wan {
        match known.by_name(name).await {
            Ok(it) => findings.extend(look(config, watched, &it).await),
            Err(failure) => {
                let check = format!("interface {name}");
                findings.push(Finding::of_failure(check, &failure));
            }
        }
    }
    Ok(findings)
}

async fn look(config: &Config, watched: &[String], it: &Interface) -> Vec<Finding> {
    let is_ours = watched.contains(&it.name) || config.pin.is_some() && it.has_detector();
    let mut findings = vec![up(it), hook(it, config.ingress, is_ours)];
    findings.extend(mtu(it, config.mode));
    // Devices without a driver of their own have none.
    let features = features::of(&it.name).await.unwrap_or_default();
    findings.extend(offloads(it, &features));
    findings
}

fn up(it: &Interface) -> Finding {
    let check = format!("interface {}", it.name);
    if it.is_up {
        return Finding::fine(check, format!("is up, MTU {}", it.mtu));
    }
    let cure = format!(
        "`ip link set {} up`; it can be watched, and sees nothing until then",
        it.name
    );
    Finding::doubtful(check, "is down", cure)
}

fn hook(it: &Interface, ingress: Ingress, is_ours: bool) -> Finding {
    let check = format!("XDP hook of {}", it.name);
    match (&it.xdp_owner, ingress) {
        (None, _) => Finding::fine(check, "is free"),
        (Some(_), _) if is_ours => Finding::fine(check, "is the detector's"),
        (Some(owner), Ingress::Tc) => Finding::fine(
            check,
            format!("is another program's ({owner}), which stays"),
        ),
        (Some(owner), Ingress::Xdp) => Finding::wrong(
            check,
            format!("another program is attached ({owner}), and stays"),
            "watch beside it with --ingress tc",
        ),
    }
}

fn mtu(it: &Interface, mode: Mode) -> Option<Finding> {
    let is_doubtful = it.mtu > ONE_PAGE && mode != Mode::Generic;
    is_doubtful.then(|| {
        Finding::doubtful(
            format!("MTU of {}", it.name),
            format!(
                "{} is more than a page: a driver without multi-buffer XDP has no native mode then",
                it.mtu
            ),
            "leave --mode at auto, which falls back to generic",
        )
    })
}

fn offloads(it: &Interface, features: &Features) -> Vec<Finding> {
    let is_on = |name: &str| features.get(name).copied().unwrap_or_default();
    let check = |what: &str| format!("{what} of {}", it.name);
    let mut findings = Vec::new();
    if is_on("rx-lro") {
        findings.push(Finding::doubtful(
            check("LRO"),
            "is on: most drivers have no native XDP then",
            format!("`ethtool -K {} lro off`", it.name),
        ));
    }
    if is_on("rx-vlan-hw-parse") {
        findings.push(Finding::fine(
            check("VLAN offload"),
            "is on: tags are taken off before packets are seen, and all VLANs count as one",
        ));
    }
    if is_on("rx-gro") {
        findings.push(Finding::fine(
            check("GRO"),
            "is on: generic mode sees packets merged, which changes no verdict",
        ));
    }
    findings
}

#[cfg(test)]
mod tests;
