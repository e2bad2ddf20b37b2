//! Another emulated AWS: its address, and the access key to use there.

use portcullis_generator::modules::LOCAL_ACCOUNT;
use serde_json::Value;

use crate::cli::TerraformOptions;
use crate::talk;

/// The access key for an emulated AWS. Not the user's own, which no emulator needs to see.
const ACCESS_KEY_ID: &str = "PORTCULLIS_ENDPOINT_ACCESS_KEY_ID";

/// The emulated AWS that a command was given; the default is the built-in one.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its URL; none for the built-in one.
    pub url: Option<String>,
    /// The access key of every call.
    pub access_key_id: String,
}

impl Endpoint {
    /// Reads the options and the environment.
    pub fn of(options: &TerraformOptions) -> Self {
        Self {
            url: options.endpoint.clone(),
            access_key_id: access_key_id(),
        }
    }

    /// Returns whether a control plane, by its ready line, is in front of this URL with this access key.
    pub fn is_that_of(&self, ready: &Value, url: Option<&str>) -> bool {
        let key = url.map(|_| self.access_key_id.as_str());
        ready["upstream"].as_str() == url && ready["access_key_id"].as_str() == key
    }
}

/// Returns the access key from the environment. The default is the account's number: moto has one account, and other
/// emulators take the key for the number.
pub fn access_key_id() -> String {
    let set = std::env::var(ACCESS_KEY_ID)
        .ok()
        .filter(|value| !value.is_empty());
    set.unwrap_or_else(|| LOCAL_ACCOUNT.into())
}

/// Prints the weaknesses that the probe of a control plane found, from its ready line.
pub fn say_weaknesses(ready: &Value) {
    if ready["upstream"].is_string() {
        talk::say("  weaker than AWS: S3, SNS and EventBridge send functions no events");
    }
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
    fn a_control_plane_with_another_access_key_is_another_one() {
        let endpoint = Endpoint {
            url: None,
            access_key_id: "a".into(),
        };
        let url = Some("http://127.0.0.1:1");
        let ready = |key: &str| serde_json::json!({"upstream": "http://127.0.0.1:1", "access_key_id": key});
        assert!(endpoint.is_that_of(&ready("a"), url));
        assert!(!endpoint.is_that_of(&ready("c"), url));
        assert!(!endpoint.is_that_of(&ready("a"), None));
        assert!(endpoint.is_that_of(&serde_json::json!({"moto": "5"}), None));
    }
}
