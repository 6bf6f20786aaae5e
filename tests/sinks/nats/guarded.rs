//! A server that trusts nobody: TLS, and credentials of an account, as `nsc` would make them.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use async_nats::ConnectOptions;
use data_encoding::BASE64URL_NOPAD;
use nkeys::KeyPair;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa};
use serde_json::{Value, json};

/// Settings of the server, with what it and its clients read in `folder`: `ca.pem`, and `gw1.creds` for a gateway.
pub(crate) fn settings(folder: &Path) -> Result<String> {
    let tls = tls(folder)?;
    let operator = KeyPair::new_operator();
    let [system, account] = [KeyPair::new_account(), KeyPair::new_account()];
    let unlimited = [
        "subs",
        "data",
        "payload",
        "imports",
        "exports",
        "conn",
        "leaf",
        "streams",
        "consumer",
        "mem_storage",
        "disk_storage",
    ];
    let mut limits: Value = unlimited.iter().map(|it| (*it, -1)).collect();
    limits["wildcards"] = true.into();
    let of_operator = json!({"type": "operator", "version": 2});
    let of_account = json!({"type": "account", "version": 2, "limits": limits});
    let of_system = json!({"type": "account", "version": 2});
    let trusted = signed(&operator, &operator, &of_operator)?;
    let known = [
        (&account, signed(&operator, &account, &of_account)?),
        (&system, signed(&operator, &system, &of_system)?),
    ];
    let known = known.map(|(keys, token)| format!("{}: {token}", keys.public_key()));
    let publisher = json!({
        "pub": {"allow": ["detector.gw1"]}, "sub": {"allow": ["_INBOX.>"]},
    });
    credentials(&folder.join("gw1.creds"), &account, &publisher)?;
    credentials(&folder.join("administrator.creds"), &account, &json!({}))?;
    let (system, known) = (system.public_key(), known.join(", "));
    Ok(format!(
        "{tls}\noperator: {trusted}\nsystem_account: {system}\nresolver: MEMORY\n\
         resolver_preload: {{ {known} }}\n"
    ))
}

/// Somebody who may do everything there.
pub(crate) fn administrator(folder: &Path) -> Result<ConnectOptions> {
    let credentials = fs::read_to_string(folder.join("administrator.creds"))?;
    let options = ConnectOptions::with_credentials(&credentials)?;
    Ok(options.add_root_certificates(folder.join("ca.pem")))
}

fn tls(folder: &Path) -> Result<String> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, rcgen::KeyPair::generate()?)?;
    let key = rcgen::KeyPair::generate()?;
    let server = CertificateParams::new(vec!["127.0.0.1".to_owned()])?;
    let server = server.signed_by(&key, &authority)?;
    fs::write(folder.join("ca.pem"), authority.pem())?;
    fs::write(folder.join("server.pem"), server.pem())?;
    fs::write(folder.join("server.key"), key.serialize_pem())?;
    let place = folder.display();
    Ok(format!(
        "tls {{ cert_file: \"{place}/server.pem\", key_file: \"{place}/server.key\" }}"
    ))
}

fn credentials(file: &Path, account: &KeyPair, may: &Value) -> Result<()> {
    let user = KeyPair::new_user();
    let mut claims = json!({"type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1});
    let more = may.as_object().context("no permissions")?.clone();
    claims.as_object_mut().context("no claims")?.extend(more);
    let (token, seed) = (signed(account, &user, &claims)?, user.seed()?);
    let text = format!(
        "-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n\
         -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    );
    Ok(fs::write(file, text)?)
}

/// What `issuer` says of `subject`.
fn signed(issuer: &KeyPair, subject: &KeyPair, claims: &Value) -> Result<String> {
    let (by, about) = (issuer.public_key(), subject.public_key());
    let header = json!({"typ": "JWT", "alg": "ed25519-nkey"});
    let body = json!({
        "jti": about, "iat": 1, "iss": by, "sub": about, "name": "test", "nats": claims,
    });
    let parts = [header, body].map(|it| BASE64URL_NOPAD.encode(it.to_string().as_bytes()));
    let text = parts.join(".");
    let signature = BASE64URL_NOPAD.encode(&issuer.sign(text.as_bytes())?);
    Ok(format!("{text}.{signature}"))
}
