//! The `COGNITO_USER_POOLS` authorizer: token → claims, or a refusal with its reason.
//!
//! A token is held against the pools of the authorizer and nothing else: its `iss` must be one of theirs to the
//! letter, its key one of that pool's own, its algorithm RS256, its signature good and its `exp` ahead. A route
//! without scopes takes id tokens, one with scopes access tokens that have any of them. What the header of a token
//! says of keys (`jwk`, `jku`, `x5u`) is not looked at.
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html>.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use regex::Regex;
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;

use super::claims::Claims;
use super::gateway_error::GatewayError;
use super::keys::Keys;
use super::message::Headers;

mod cache;

pub use cache::Cache;

/// An authorizer as it was applied.
#[derive(Debug)]
pub struct Authorizer {
    /// Where in the state it stands.
    pub address: String,
    /// The header that holds the token.
    pub header: String,
    /// What `aud` must match as a whole, where that is checked.
    pub audience: Option<Regex>,
    /// Issuers of its pools: `https://` and the pool's `endpoint`.
    pub issuers: Vec<String>,
    /// Tokens that it has verified.
    pub cache: Cache,
}

/// The keys of every issuer that a guarded route needs.
pub type KeyRing = BTreeMap<String, Arc<Keys>>;

/// Why a request is not let in.
#[derive(Debug, PartialEq)]
pub struct Refusal {
    /// What the caller is told.
    pub error: GatewayError,
    /// What the log says. Never the token.
    pub reason: String,
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self {
            error: GatewayError::unauthorized(),
            reason,
        }
    }
}

impl From<&str> for Refusal {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    crit: Option<Value>,
}

impl Authorizer {
    /// The claims of the token in `headers` at the time `now`, for a route that wants one of `scopes`.
    pub async fn authorize(
        &self,
        headers: &Headers,
        scopes: &[String],
        keys: &KeyRing,
        now: OffsetDateTime,
    ) -> Result<Claims, Refusal> {
        let token = self.token(headers)?;
        let generation = keys.values().map(|keys| keys.generation()).sum();
        let claims = match self.cache.claims(token, generation, now) {
            Some(claims) => claims,
            None => {
                let claims = self.verified(token, keys).await?;
                self.cache.keep(token, &claims, generation, now);
                claims
            }
        };
        in_time(&claims, now)?;
        let purpose = text(&claims, "token_use");
        if scopes.is_empty() {
            match purpose {
                Some("id") => {}
                Some("access") => return Err("access token where the route takes an id token".into()),
                _ => return Err("neither an id token nor an access token".into()),
            }
        } else {
            match purpose {
                Some("access") => {}
                Some("id") => {
                    return Err("id token where the route takes an access token with a scope".into());
                }
                _ => return Err("neither an id token nor an access token".into()),
            }
            let granted = text(&claims, "scope").unwrap_or_default();
            if !granted
                .split(' ')
                .any(|scope| scopes.iter().any(|wanted| wanted == scope))
            {
                return Err(format!("none of its scopes is one of `{}`", scopes.join("`, `")).into());
            }
        }
        if let Some(expression) = &self.audience {
            // Access tokens have no `aud` and always fail.
            if !text(&claims, "aud").is_some_and(|audience| expression.is_match(audience)) {
                return Err("its `aud` does not match the identity validation expression".into());
            }
        }
        Ok(claims)
    }

    fn token<'a>(&'a self, headers: &'a Headers) -> Result<&'a str, Refusal> {
        let mut values = headers.all(&self.header);
        let value = values.next().unwrap_or_default().trim();
        if values.next().is_some() {
            return Err(format!("more than one header `{}`", self.header).into());
        }
        let token = value.strip_prefix("Bearer ").unwrap_or(value);
        if token.is_empty() {
            return Err(format!("no token in the header `{}`", self.header).into());
        }
        Ok(token)
    }

    async fn verified(&self, token: &str, keys: &KeyRing) -> Result<Claims, Refusal> {
        let (message, signature) = token.rsplit_once('.').ok_or("not a token")?;
        let (header, payload) = message.split_once('.').ok_or("not a token")?;
        let header: Header = decoded(header).ok_or("its header is not that of a signed token")?;
        if header.alg != "RS256" {
            return Err("its algorithm is not RS256".into());
        }
        if header.crit.is_some() {
            return Err("it demands extensions (`crit`)".into());
        }
        let claims: Claims = decoded(payload).ok_or("its claims are not JSON")?;
        let issuer = text(&claims, "iss").unwrap_or_default();
        let Some(issuer) = self.issuers.iter().find(|known| *known == issuer) else {
            // Quoted and cut: it is the caller's text.
            let issuer: String = issuer.chars().take(120).collect();
            return Err(format!(
                "issuer is {issuer:?}, the route wants `{}`",
                self.issuers.join("` or `")
            )
            .into());
        };
        let keys = keys.get(issuer).ok_or("the keys of its issuer are unknown")?;
        let key = keys
            .key(&header.kid)
            .await
            .ok_or("no key of its issuer has its `kid`")?;
        match jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, Algorithm::RS256) {
            Ok(true) => Ok(claims),
            _ => Err("its signature is wrong".into()),
        }
    }
}

fn in_time(claims: &Claims, now: OffsetDateTime) -> Result<(), Refusal> {
    let now = now.unix_timestamp();
    let expires = claims
        .get("exp")
        .and_then(Value::as_i64)
        .ok_or("it has no `exp`")?;
    if expires <= now {
        let reason = format!("expired {} ago", span(now.saturating_sub(expires)));
        return Err(Refusal {
            error: GatewayError::token_expired(),
            reason,
        });
    }
    match claims.get("nbf").map(Value::as_i64) {
        None => Ok(()),
        Some(Some(begins)) if begins <= now => Ok(()),
        Some(_) => Err("not valid yet".into()),
    }
}

fn decoded<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

fn span(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
pub(crate) mod tests;
