//! Tokens of the cases, made when they are sent.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portcullis_test_support::signatures::{Algorithm, signature};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/keys");

/// The differences to an id token of the pool `customers` that is valid for an hour.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Claims that are added or replaced; `null` takes one away.
    #[serde(default)]
    claims: Map<String, Value>,
    /// The same for the header.
    #[serde(default)]
    header: Map<String, Value>,
    #[serde(default)]
    signature: Signature,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
enum Signature {
    /// By the key whose `kid` the header has.
    #[default]
    Good,
    /// By another key of the same pool.
    OtherKey,
    /// Nothing behind the second dot.
    None,
    /// An HMAC whose secret is the public key.
    HashWithPublicKey,
}

impl Token {
    /// The token in its compact form.
    pub fn text(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let claims = json!({
            "iss": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_customers",
            "sub": "6a6f1c1e-0000-4000-8000-000000000001", "aud": "client", "token_use": "id",
            "iat": now, "exp": now + 3600,
        });
        let header = json!({"alg": "RS256", "kid": "a/+="});
        let message = format!(
            "{}.{}",
            changed(claims, &self.claims),
            changed(header, &self.header)
        );
        let (claims, header) = message.split_once('.').unwrap();
        let message = format!("{header}.{claims}");
        format!("{message}.{}", self.signature.of(message.as_bytes()))
    }
}

impl Signature {
    fn of(&self, message: &[u8]) -> String {
        let read = |name: &str| std::fs::read(format!("{KEYS}/{name}")).unwrap();
        let signed = |name: &str| signature(Algorithm::Rs256, message, &read(name));
        match self {
            Self::Good => signed("a.der"),
            Self::OtherKey => signed("b.der"),
            Self::None => String::new(),
            Self::HashWithPublicKey => {
                let jwks: Value = serde_json::from_slice(&read("jwks.json")).unwrap();
                let modulus = jwks["keys"][0]["n"].as_str().unwrap();
                signature(Algorithm::Hs256, message, modulus.as_bytes())
            }
        }
    }
}

fn changed(mut value: Value, changes: &Map<String, Value>) -> String {
    let object = value.as_object_mut().unwrap();
    for (name, change) in changes {
        if change.is_null() {
            object.remove(name);
        } else {
            object.insert(name.clone(), change.clone());
        }
    }
    URL_SAFE_NO_PAD.encode(value.to_string())
}
