//! A token of the demo's user pool that a key of the tests has signed.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portcullis_test_support::signatures::{Algorithm, signature};
use serde_json::{Value, json};

/// The pool of `generator/tests/demo.state.json`.
pub const ISSUER: &str =
    "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_b21b19735b914e42a0a35e7f6d7a584d";
/// The public half of the key, in the repository.
pub const JWKS: &str = "emulator/tests/fixtures/keys/jwks.json";
const KEY: &[u8] = include_bytes!("../../emulator/tests/fixtures/keys/a.der");

/// An id token with the claims that Cognito's have, good for a day.
pub fn id_token() -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let user = "7f2b1c0e-5f3a-4c59-9a53-0e3a5f4f2f10";
    let claims = json!({
        "sub": user, "cognito:groups": ["team"], "email_verified": true, "iss": ISSUER,
        "cognito:username": user, "origin_jti": "c5f0b1f4-6a0e-4f0e-8d0e-6f2d8f1f6a11",
        "aud": "a3febd1aabf446fd9107156e42", "event_id": "5b1f0e5c-7c1b-4d43-9c2f-0a6c8e0b5a77",
        "token_use": "id", "auth_time": now, "exp": now + 86_400, "iat": now,
        "jti": "1d9a6f0e-3f60-4a3b-a8c7-2b8f6b1f1c55", "email": "someone@example.com",
    });
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!(
        "{}.{}",
        encoded(&json!({"kid": "a/+=", "alg": "RS256"})),
        encoded(&claims)
    );
    Ok(format!(
        "{message}.{}",
        signature(Algorithm::Rs256, message.as_bytes(), KEY)
    ))
}
