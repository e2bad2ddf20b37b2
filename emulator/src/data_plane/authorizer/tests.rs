//! Tokens that open and tokens that do not. An [`Attempt`] is all that the answer depends on.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portcullis_test_support::signatures::{Algorithm, signature};
use serde_json::json;

use super::*;
use crate::data_plane::authorizer::keys::KeySource;

mod admitted;
mod attacks;
mod cached;
mod fuzz;

/// The public halves of the keys that sign as `a/+=` and `b`.
pub const JWKS: &str = include_str!("../../../tests/fixtures/keys/jwks.json");
const A: &[u8] = include_bytes!("../../../tests/fixtures/keys/a.der");
const B: &[u8] = include_bytes!("../../../tests/fixtures/keys/b.der");
const POOL: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_One";
const OTHER_POOL: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Two";
const NOW: i64 = 1_718_636_426;

/// A request for a route with an authorizer, the route, and the keys of the pools.
#[derive(Clone)]
struct Attempt {
    header: Vec<u8>,
    claims: Vec<u8>,
    encode_header: fn(&[u8]) -> String,
    encode_claims: fn(&[u8]) -> String,
    /// Message → signature segment.
    sign: fn(&str) -> String,
    /// Token → token.
    edit: fn(&str) -> String,
    /// Token → header fields.
    send: fn(&str) -> Vec<(&'static str, String)>,
    scopes: Vec<&'static str>,
    authorizer: Authorizer,
    /// JWKS by issuer.
    keys: BTreeMap<String, Value>,
    now: OffsetDateTime,
}

/// An id token on a route without scopes. As with moto, the other pool has the same keys.
fn id() -> Attempt {
    let claims = json!({"iss": POOL, "token_use": "id", "aud": "client", "exp": NOW + 60, "sub": "s"});
    let jwks: Value = serde_json::from_str(JWKS).unwrap();
    Attempt {
        header: json!({"alg": "RS256", "kid": "a/+="}).to_string().into(),
        claims: claims.to_string().into(),
        encode_header: encoded,
        encode_claims: encoded,
        sign: |message| signed(message, A, Algorithm::Rs256),
        edit: str::to_owned,
        send: |token| vec![("Authorization", token.to_owned())],
        scopes: vec![],
        authorizer: Authorizer {
            address: "aws_api_gateway_authorizer.this".into(),
            header: "Authorization".into(),
            audience: None,
            issuers: vec![POOL.into()],
            cache: Cache::default(),
        },
        keys: [POOL, OTHER_POOL].map(|pool| (pool.into(), jwks.clone())).into(),
        now: OffsetDateTime::from_unix_timestamp(NOW).unwrap(),
    }
}

/// An access token on a route with two scopes, of which it has one.
fn access() -> Attempt {
    let claims = json!({"iss": POOL, "token_use": "access", "exp": NOW + 60, "scope": "openid shop/read"});
    Attempt {
        claims: claims.to_string().into(),
        scopes: vec!["shop/write", "shop/read"],
        ..id()
    }
}

impl Attempt {
    fn with(mut self, change: impl Fn(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn token(&self) -> String {
        let (header, claims) = (
            (self.encode_header)(&self.header),
            (self.encode_claims)(&self.claims),
        );
        let message = format!("{header}.{claims}");
        let signature = (self.sign)(&message);
        (self.edit)(&format!("{message}.{signature}"))
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        (self.send)(&self.token())
    }

    async fn outcome(&self) -> Result<Claims, Refusal> {
        self.outcome_of(&self.fields()).await
    }

    async fn outcome_of(&self, fields: &[(&'static str, String)]) -> Result<Claims, Refusal> {
        let folder = tempfile::tempdir().unwrap();
        let mut ring = KeyRing::new();
        for (issuer, jwks) in &self.keys {
            let path = folder.path().join("jwks.json");
            std::fs::write(&path, jwks.to_string()).unwrap();
            // The data plane rejects invalid keys when it starts, and does not start.
            let keys = Keys::load(KeySource::File(path))
                .await
                .map_err(|error| error.root_cause().to_string())?;
            ring.insert(issuer.clone(), Arc::new(keys));
        }
        let headers: Headers = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let scopes: Vec<String> = self.scopes.iter().map(ToString::to_string).collect();
        self.authorizer
            .authorize(&headers, &scopes, &ring, self.now)
            .await
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn signed(message: &str, key: &[u8], algorithm: Algorithm) -> String {
    signature(algorithm, message.as_bytes(), key)
}

fn set(json: &mut Vec<u8>, name: &str, value: Option<Value>) {
    let mut object: Claims = serde_json::from_slice(json).unwrap();
    match value {
        Some(value) => object.insert(name.to_owned(), value),
        None => object.shift_remove(name),
    };
    *json = Value::from(object).to_string().into();
}

fn header(name: &'static str, value: Value) -> impl Fn(&mut Attempt) {
    move |attempt| set(&mut attempt.header, name, Some(value.clone()))
}

fn claim(name: &'static str, value: Value) -> impl Fn(&mut Attempt) {
    move |attempt| set(&mut attempt.claims, name, Some(value.clone()))
}

fn without_claim(name: &'static str) -> impl Fn(&mut Attempt) {
    move |attempt| set(&mut attempt.claims, name, None)
}

#[test]
fn spans_are_printed_in_one_unit() {
    let spans = [59, 60, 3_599, 3_600, 172_799, 172_800].map(|seconds| span(Duration::seconds(seconds)));
    assert_eq!(spans, ["59 s", "1 min", "59 min", "1 h", "47 h", "2 days"]);
}

#[test]
fn only_an_issuer_of_cognito_is_named_by_its_pool() {
    assert_eq!(pool(POOL), "pool `eu-central-1_One`");
    for other in [
        "https://localhost.localstack.cloud:4566/eu-central-1_One",
        "https://cognito-idp.eu-central-1.amazonaws.com/us-east-1_One",
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_O\n",
    ] {
        assert_eq!(pool(other), format!("{other:?}"));
    }
    assert_eq!(pool(&"ä".repeat(121)), format!("\"{}\"…", "ä".repeat(120)));
}
