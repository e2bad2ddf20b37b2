//! Somebody else's emulated AWS: where it is, and how one is known there.

use std::path::{Path, PathBuf};
use std::process::Command;

use portcullis_emulator::control_plane::Credentials;
use portcullis_generator::modules::LOCAL_ACCOUNT;
use serde_json::Value;

use crate::cli::TerraformOptions;
use crate::failure::{Failure, Outcome};
use crate::talk;

/// The credentials of an emulated AWS. Not the user's own of AWS, which no emulator needs to see; and not options,
/// because the arguments of a process are readable by every user of the machine.
const ACCESS_KEY_ID: &str = "PORTCULLIS_ENDPOINT_ACCESS_KEY_ID";
const SECRET_ACCESS_KEY: &str = "PORTCULLIS_ENDPOINT_SECRET_ACCESS_KEY";

/// What a command was told of an emulated AWS; of our own, nothing.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Where it answers.
    pub url: Option<String>,
    /// Who signed its certificate, where it speaks TLS.
    ca_file: Option<PathBuf>,
    /// What is signed with there.
    pub credentials: Credentials,
}

impl Endpoint {
    /// What the options and the environment say.
    pub fn of(options: &TerraformOptions) -> Outcome<Self> {
        let ca_file = options
            .endpoint_ca_file
            .clone()
            .filter(|file| file != Path::new(""));
        if let Some(file) = ca_file.as_ref().filter(|file| !file.is_file()) {
            return Err(Failure::input(format!("there is no file `{}`", file.display()))
                .hint("`--endpoint-ca-file` names a PEM file with the authority that signed the emulator's certificate"));
        }
        Ok(Self {
            url: options.endpoint.clone(),
            // The control plane runs in another folder.
            ca_file: ca_file.map(|file| std::path::absolute(&file).unwrap_or(file)),
            credentials: credentials()?,
        })
    }

    /// Whether a control plane, by its ready line, is in front of this URL with these credentials.
    pub fn is_that_of(&self, ready: &Value, url: Option<&str>) -> bool {
        let key = url.map(|_| self.credentials.access_key_id.as_str());
        ready["upstream"].as_str() == url && ready["access_key_id"].as_str() == key
    }

    /// Tells a control plane about it. It finds the credentials where we found them.
    pub fn pass_on(&self, command: &mut Command, url: &str, region: &str) {
        command.args(["--upstream", url, "--region", region]);
        if let Some(file) = &self.ca_file {
            command.arg("--upstream-ca-file").arg(file);
        }
    }
}

/// The credentials that the environment has for an emulated AWS, else those that suit most: of our account.
pub fn credentials() -> Outcome<Credentials> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    credentials_of(set(ACCESS_KEY_ID), set(SECRET_ACCESS_KEY))
}

fn credentials_of(access_key_id: Option<String>, secret_access_key: Option<String>) -> Outcome<Credentials> {
    match (access_key_id, secret_access_key) {
        (Some(access_key_id), Some(secret_access_key)) => Ok(Credentials {
            access_key_id,
            secret_access_key,
        }),
        // moto has one account; others take the key for its number.
        (None, None) => Ok(Credentials {
            access_key_id: LOCAL_ACCOUNT.into(),
            secret_access_key: "local".into(),
        }),
        (Some(_), None) => Err(one_without_the_other(ACCESS_KEY_ID, SECRET_ACCESS_KEY)),
        (None, Some(_)) => Err(one_without_the_other(SECRET_ACCESS_KEY, ACCESS_KEY_ID)),
    }
}

fn one_without_the_other(set: &str, missing: &str) -> Failure {
    Failure::input(format!("`{set}` is set and `{missing}` is not")).hint("set both, or neither")
}

/// Says what the probe of a control plane found, by its ready line.
pub fn say_weaknesses(ready: &Value) {
    for weakness in ready["weaker"].as_array().into_iter().flatten() {
        talk::say(format!(
            "  weaker than AWS: {}",
            weakness.as_str().unwrap_or_default()
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_given_whole_or_not_at_all() {
        let of = |key: Option<&str>, secret: Option<&str>| {
            credentials_of(key.map(String::from), secret.map(String::from))
        };
        assert_eq!(of(None, None).unwrap().access_key_id, LOCAL_ACCOUNT);
        assert_eq!(of(Some("a"), Some("b")).unwrap().secret_access_key, "b");
        for (given, named) in [
            (
                of(Some("a"), None),
                "`PORTCULLIS_ENDPOINT_SECRET_ACCESS_KEY` is not",
            ),
            (of(None, Some("b")), "`PORTCULLIS_ENDPOINT_ACCESS_KEY_ID` is not"),
        ] {
            let failure = given.unwrap_err().render();
            assert!(failure.contains(named), "{failure}");
        }
    }

    #[test]
    fn a_control_plane_with_other_credentials_is_another_one() {
        let endpoint = Endpoint {
            url: None,
            ca_file: None,
            credentials: credentials_of(Some("a".into()), Some("b".into())).unwrap(),
        };
        let url = Some("http://127.0.0.1:1");
        let ready = |key: &str| serde_json::json!({"upstream": "http://127.0.0.1:1", "access_key_id": key});
        assert!(endpoint.is_that_of(&ready("a"), url));
        assert!(!endpoint.is_that_of(&ready("c"), url));
        assert!(!endpoint.is_that_of(&ready("a"), None));
        assert!(endpoint.is_that_of(&serde_json::json!({"moto": "5"}), None));
    }
}
