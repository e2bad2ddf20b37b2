//! The `COGNITO_USER_POOLS` authorizer: token → claims, or a refusal with its reason.
//!
//! A token is held against the pools of the authorizer and nothing else: its `iss` must be one of theirs to the
//! letter, its key one of that pool's own, its signature good and its `exp` ahead. A route without scopes takes id
//! tokens, one with scopes access tokens that have any of them. What makes a token is in [`jwt`].
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html>.

use std::collections::BTreeMap;
use std::sync::Arc;

use jwt::{Jwt, quoted};
use regex::Regex;
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::claims::Claims;
use super::gateway_error::GatewayError;
use super::message::Headers;
use keys::Keys;

mod cache;
mod jwt;
pub(super) mod keys;

pub use cache::Cache;

/// An authorizer as it was applied.
#[derive(Debug, Clone)]
pub struct Authorizer {
    /// Its address in the state.
    pub address: String,
    /// The header that holds the token.
    pub header: String,
    /// The pattern that the whole `aud` must match, if it is checked.
    pub audience: Option<Regex>,
    /// Issuers of its pools: `https://` and the pool's `endpoint`.
    pub issuers: Vec<String>,
    /// Tokens that it has verified.
    pub cache: Cache,
}

/// The keys of every issuer that a route needs.
pub type KeyRing = BTreeMap<String, Arc<Keys>>;

/// The refusal of a request.
#[derive(Debug, PartialEq)]
pub struct Refusal {
    /// The error for the caller.
    pub error: GatewayError,
    /// The reason for the log, which never contains the token.
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
        fit(&claims, scopes)?;
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
        // The white space of HTTP and no other: what Unicode calls so is a part of the value.
        let value = values.next().unwrap_or_default().trim_matches([' ', '\t']);
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
        let token = Jwt::parse(token)?;
        let issuer = token.issuer().ok_or("missing issuer (`iss`)")?;
        let Some(issuer) = self.issuers.iter().find(|known| *known == issuer) else {
            let wanted: Vec<String> = self.issuers.iter().map(|issuer| pool(issuer)).collect();
            let wanted = match &wanted[..] {
                [] => "no pool".to_owned(),
                wanted => wanted.join(" or "),
            };
            return Err(format!("issuer is {}, but the route requires {wanted}", pool(issuer)).into());
        };
        let keys = keys.get(issuer).ok_or("the keys of its issuer are unknown")?;
        let key = keys.key(token.key_id()).await;
        let key = key.ok_or("no key of its issuer has its `kid`")?;
        Ok(token.verified(&key).ok_or("invalid signature")?)
    }
}

/// Fails unless a verified token is valid now.
fn in_time(claims: &Claims, now: OffsetDateTime) -> Result<(), Refusal> {
    let expires = time(claims, "exp")?.ok_or("missing `exp`")?;
    if expires <= now {
        return Err(Refusal {
            error: GatewayError::token_expired(),
            reason: format!("expired {} ago", span(now - expires)),
        });
    }
    match time(claims, "nbf")? {
        Some(begins) if begins > now => Err(format!("not valid for another {}", span(begins - now)).into()),
        _ => Ok(()),
    }
}

/// Fails unless a token is of the kind that a route takes.
fn fit(claims: &Claims, scopes: &[String]) -> Result<(), Refusal> {
    match (text(claims, "token_use"), scopes.is_empty()) {
        (Some("id"), true) => Ok(()),
        (Some("access"), true) => Err("the route takes an id token, but this is an access token".into()),
        (Some("id"), false) => {
            Err("the route takes an access token with a scope, but this is an id token".into())
        }
        (Some("access"), false) => {
            let granted = text(claims, "scope").unwrap_or_default();
            let wanted = |scope: &str| scopes.iter().any(|wanted| wanted == scope);
            if granted.split(' ').any(wanted) {
                Ok(())
            } else {
                Err(format!("it needs one of the scopes `{}`", scopes.join("`, `")).into())
            }
        }
        _ => Err("`token_use` must be `id` or `access`".into()),
    }
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// A claim that is a time in whole seconds, as Cognito writes them, before the year 10000.
fn time(claims: &Claims, name: &str) -> Result<Option<OffsetDateTime>, String> {
    let time = |value: &Value| OffsetDateTime::from_unix_timestamp(value.as_i64()?).ok();
    let value = claims.get(name).map(time);
    value
        .map(|value| value.ok_or_else(|| format!("its `{name}` must be a time in whole seconds")))
        .transpose()
}

fn span(span: Duration) -> String {
    match span.whole_seconds() {
        seconds @ ..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds @ 3_600..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

/// Returns an issuer's name for the log: its pool if the issuer has the form of Cognito's, or else the text as sent.
fn pool(issuer: &str) -> String {
    let id = || {
        let (region, id) = issuer
            .strip_prefix("https://cognito-idp.")?
            .split_once(".amazonaws.com/")?;
        let name = id.strip_prefix(region)?.strip_prefix('_')?;
        let plain = |text: &str| {
            text.bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
        };
        (plain(region) && plain(name) && id.len() <= 55).then_some(id)
    };
    id().map_or_else(|| quoted(issuer, 120), |id| format!("pool `{id}`"))
}

#[cfg(test)]
pub(crate) mod tests;
