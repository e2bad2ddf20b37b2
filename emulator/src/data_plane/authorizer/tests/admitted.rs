//! Unusual tokens and requests that must be admitted: AWS admits them, or nothing is wrong with them.

use super::*;

#[tokio::test]
async fn what_is_right_opens() {
    let staff = |attempt: &mut Attempt| attempt.authorizer.issuers.push(OTHER_POOL.into());
    let expression =
        |attempt: &mut Attempt| attempt.authorizer.audience = Some(Regex::new("^(?:client)$").unwrap());
    let cases = [
        ("an id token without `Bearer `", id()),
        ("an access token with a scope", access()),
        (
            "`Bearer ` before it",
            id().with(|attempt| attempt.send = |token| vec![("authorization", format!("Bearer {token}"))]),
        ),
        (
            "white space of HTTP round it",
            id().with(|attempt| attempt.send = |token| vec![("Authorization", format!(" \t{token}\t "))]),
        ),
        (
            "the pool's second key",
            id().with(header("kid", json!("b")))
                .with(|attempt| attempt.sign = |message| signed(message, B, Algorithm::Rs256)),
        ),
        ("`typ` in small letters", id().with(header("typ", json!("jwt")))),
        (
            "a key in the header that nobody looks at",
            id().with(header("jwk", json!({"kty": "oct"}))),
        ),
        (
            "another client's token",
            id().with(claim("aud", json!("another"))),
        ),
        ("no `aud`, which nothing checks", id().with(without_claim("aud"))),
        ("an `aud` that matches", id().with(expression)),
        (
            "a second pool of the authorizer",
            id().with(staff).with(claim("iss", json!(OTHER_POOL))),
        ),
        ("`nbf` now", id().with(claim("nbf", json!(NOW)))),
        ("one second left", id().with(claim("exp", json!(NOW + 1)))),
        (
            "issued later, as with clocks that differ",
            id().with(claim("iat", json!(NOW + 5))),
        ),
        (
            "the last second of 9999",
            id().with(claim("exp", json!(253_402_300_799_i64))),
        ),
        (
            "one scope of many",
            access().with(claim("scope", json!("a b c shop/write d"))),
        ),
        (
            "claims in any alphabet",
            id().with(claim("name", json!("Zoë 🦀 \"\\\u{0}"))),
        ),
        (
            "an issuer spelled with escapes, which is the same issuer",
            id().with(|attempt| {
                let text = String::from_utf8(attempt.claims.clone()).unwrap();
                attempt.claims = text.replace("https", "\\u0068ttps").into();
            }),
        ),
    ];
    for (name, attempt) in cases {
        assert_eq!(attempt.outcome().await.err(), None, "{name}");
    }
}

#[tokio::test]
async fn the_claims_are_those_of_the_token() {
    let claims = id().outcome().await.unwrap();
    assert_eq!(Value::from(claims)["sub"], "s");
}

#[tokio::test]
async fn the_header_may_be_another() {
    let attempt = id()
        .with(|attempt| attempt.authorizer.header = "X-Token".into())
        .with(|attempt| attempt.send = |token| vec![("x-token", token.to_owned())]);
    assert!(attempt.outcome().await.is_ok());
}
