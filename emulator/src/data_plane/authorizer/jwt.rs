//! A signed token in compact serialization: taken apart, and believed once a key has verified it.
//!
//! This is stricter than the RFCs. Cognito never writes some things that they allow, and API Gateway's answer to these
//! is unknown. Base64url must have no padding and no bits left over, members must be unique, `typ` must be absent or
//! `JWT`, and `b64` must be absent. Keys in a header (`jwk`, `jku`, `x5u`, `x5c`) are ignored, like any unknown member.
//! Source: <https://www.rfc-editor.org/rfc/rfc7515>, <https://www.rfc-editor.org/rfc/rfc7519>.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::RsaPublicKey;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::sha2::{Digest, Sha256};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::data_plane::claims::Claims;

/// The longest token in bytes. Source, from memory: API Gateway's quotas, 10,240 bytes for the request line and all
/// headers together, so that a longer one never gets to an authorizer.
const LIMIT: usize = 10_240;

/// A token whose signature is not yet verified.
#[derive(Debug)]
pub struct Jwt<'a> {
    key_id: String,
    claims: Claims,
    message: &'a str,
    signature: &'a str,
}

impl<'a> Jwt<'a> {
    /// Takes a token apart. An error is a sentence for the log, without anything of the token but its algorithm.
    pub fn parse(token: &'a str) -> Result<Self, String> {
        if token.len() > LIMIT {
            let length = token.len();
            return Err(format!(
                "not a token: it has {length} bytes, but API Gateway takes at most {LIMIT} in all headers"
            ));
        }
        if token.contains([' ', '\t', ',']) {
            return Err("not a token: the header must be a token, or `Bearer ` and a token".to_owned());
        }
        let segments: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = segments[..] else {
            let count = segments.len();
            let encrypted = if count == 5 {
                " (an encrypted one has 5)"
            } else {
                ""
            };
            return Err(format!(
                "not a token: it must have 3 segments, but it has {count}{encrypted}"
            ));
        };
        let mut header = object(header).map_err(|why| format!("its header {why}"))?;
        match header.get("alg") {
            Some(Value::String(algorithm)) if algorithm == "RS256" => {}
            Some(Value::String(algorithm)) => {
                return Err(format!(
                    "its algorithm must be RS256, but it is {}",
                    quoted(algorithm, 16)
                ));
            }
            _ => return Err("missing algorithm (`alg`) in its header".to_owned()),
        }
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err("it requires extensions (`crit`, `b64`)".to_owned());
        }
        if !header
            .get("typ")
            .is_none_or(|kind| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("JWT")))
        {
            return Err("its type (`typ`) must be JWT".to_owned());
        }
        let Some(Value::String(key_id)) = header.remove("kid") else {
            return Err("missing key (`kid`) in its header".to_owned());
        };
        Ok(Self {
            key_id,
            claims: object(payload).map_err(|why| format!("its payload {why}"))?,
            // Up to the dot before the signature: what was signed.
            message: &token[..token.len() - signature.len() - 1],
            signature,
        })
    }

    /// The key that it says it was signed with.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Returns the issuer that it claims.
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// Its claims, if `key` signed it.
    pub fn verified(self, key: &RsaPublicKey) -> Option<Claims> {
        let signature = URL_SAFE_NO_PAD.decode(self.signature).ok()?;
        let message = Sha256::digest(self.message);
        key.verify(Pkcs1v15Sign::new::<Sha256>(), &message, &signature)
            .ok()?;
        Some(self.claims)
    }
}

/// The JSON object in a segment.
fn object(segment: &str) -> Result<Map<String, Value>, &'static str> {
    let bytes = URL_SAFE_NO_PAD
        .decode(segment)
        .map_err(|_| "must be base64url without padding")?;
    let text = std::str::from_utf8(&bytes).map_err(|_| "is not UTF-8")?;
    let Members(members) =
        serde_json::from_str(text).map_err(|_| "must be a JSON object without duplicate members")?;
    Ok(members)
}

/// A JSON object that names no member twice: readers differ in which of two they take.
struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<From: Deserializer<'de>>(from: From) -> Result<Self, From::Error> {
        struct Once;
        impl<'de> Visitor<'de> for Once {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<Access: MapAccess<'de>>(self, mut map: Access) -> Result<Members, Access::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = map.next_entry()? {
                    if members.insert(name, value).is_some() {
                        return Err(Access::Error::custom("duplicate member"));
                    }
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Once)
    }
}

/// A caller's text for the log: escaped, and cut after so many characters.
pub(super) fn quoted(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
