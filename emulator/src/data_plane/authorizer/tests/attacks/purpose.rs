//! Attacks by the purpose of the token: `token_use`, scopes, `aud`.

use super::*;

const NEITHER: &str = "`token_use` must be `id` or `access`";
const ACCESS: &str = "the route takes an id token, but this is an access token";
const ID: &str = "the route takes an access token with a scope, but this is an id token";
const SCOPES: &str = "it needs one of the scopes `shop/write`, `shop/read`";
const AUDIENCE: &str = "its `aud` does not match the identity validation expression";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        case(
            "an access token on a route without scopes",
            id(),
            claim("token_use", json!("access")),
            ACCESS,
        ),
        case(
            "a route that loses its scopes",
            access(),
            |attempt| attempt.scopes.clear(),
            ACCESS,
        ),
        case(
            "an id token on a route with scopes",
            access(),
            claim("token_use", json!("id")),
            ID,
        ),
        case(
            "a route that gains scopes",
            id(),
            |attempt| attempt.scopes = vec!["openid"],
            ID,
        ),
        case(
            "an id token that has the scope",
            access(),
            |attempt| {
                set(&mut attempt.claims, "token_use", Some(json!("id")));
            },
            ID,
        ),
        case(
            "no token_use for an id token",
            id(),
            without_claim("token_use"),
            NEITHER,
        ),
        case(
            "no token_use for an access token",
            access(),
            without_claim("token_use"),
            NEITHER,
        ),
        case("no scope", access(), without_claim("scope"), SCOPES),
        case(
            "a route with another scope",
            access(),
            |attempt| attempt.scopes = vec!["shop/all"],
            "it needs one of the scopes `shop/all`",
        ),
    ];
    for (name, purpose) in [
        ("a refresh token", json!("refresh")),
        ("token_use empty", json!("")),
        ("token_use ID", json!("ID")),
        ("token_use with a space", json!("id ")),
        ("token_use of both", json!("id access")),
        ("token_use null", json!(null)),
        ("token_use true", json!(true)),
        ("token_use a list", json!(["id"])),
        ("token_use an object", json!({"id": true})),
        ("token_use a number", json!(1)),
    ] {
        cases.push(case(name, id(), claim("token_use", purpose), NEITHER));
    }
    for (name, purpose) in [
        ("a refresh token with a scope", json!("refresh")),
        ("token_use ACCESS", json!("ACCESS")),
        ("token_use a list with access", json!(["access"])),
    ] {
        cases.push(case(name, access(), claim("token_use", purpose), NEITHER));
    }
    for (name, scope) in [
        ("scope empty", json!("")),
        ("scope of another kind", json!("openid email")),
        ("scope cut", json!("shop/rea")),
        ("scope that begins so", json!("shop/readall")),
        ("scope that ends so", json!("myshop/read")),
        ("scope of the resource server alone", json!("shop")),
        ("scope with a star", json!("shop/*")),
        ("scope a pattern", json!(".*")),
        ("scope in capitals", json!("SHOP/READ")),
        ("scopes with a comma", json!("shop/read,shop/write")),
        ("scopes with a tab", json!("openid\tshop/read")),
        ("scopes with a line end", json!("openid\nshop/read")),
        ("scopes with a plus", json!("openid+shop/read")),
        ("scopes with a space that is none", json!("openid\u{a0}shop/read")),
        ("scope percent-encoded", json!("shop%2Fread")),
        ("scope with a slash behind", json!("shop/read/")),
        (
            "scope with a letter that looks the same",
            json!("sh\u{43e}p/read"),
        ),
        ("scope a list", json!(["shop/read"])),
        ("scope an object", json!({"shop/read": true})),
        ("scope null", json!(null)),
        ("scope true", json!(true)),
    ] {
        cases.push(case(name, access(), claim("scope", scope), SCOPES));
    }
    for (name, member) in [
        ("scp instead of scope", "scp"),
        ("scopes instead of scope", "scopes"),
        ("Scope", "Scope"),
    ] {
        let renamed = move |attempt: &mut Attempt| {
            let text = String::from_utf8(attempt.claims.clone()).unwrap();
            attempt.claims = text.replace("\"scope\"", &format!("\"{member}\"")).into();
        };
        cases.push(case(name, access(), renamed, SCOPES));
    }
    let strict = || {
        id().with(|attempt| {
            attempt.authorizer.audience = Some(Regex::new("^(?:client|other[0-9])$").unwrap())
        })
    };
    for (name, audience) in [
        ("aud of another client", json!("another")),
        ("aud that begins so", json!("client2")),
        ("aud that ends so", json!("myclient")),
        ("aud with a line end", json!("client\n")),
        ("aud in capitals", json!("CLIENT")),
        ("aud empty", json!("")),
        ("aud a list", json!(["client"])),
        ("aud null", json!(null)),
        ("aud the expression itself", json!("client|other[0-9]")),
    ] {
        cases.push(case(name, strict(), claim("aud", audience), AUDIENCE));
    }
    cases.push(case("no aud", strict(), without_claim("aud"), AUDIENCE));
    cases.push(case(
        "client_id instead of aud",
        strict(),
        claims_text(|text| text.replace("\"aud\"", "\"client_id\"")),
        AUDIENCE,
    ));
    cases.push(case(
        "an access token where an expression is set",
        access(),
        |attempt| attempt.authorizer.audience = Some(Regex::new("^(?:.*)$").unwrap()),
        AUDIENCE,
    ));
    cases
}
