//! Tokens that open and tokens that do not, each of these one change away from those.

use super::*;
use crate::data_plane::keys::KeySource;
use jsonwebtoken::EncodingKey;
use serde_json::json;

mod cached;

// Made for these tests alone (openssl genrsa 2048): the first signs as `a/+=`, the second as `b`.
const KEYS: [&[u8]; 2] = [
    include_bytes!("../../../tests/fixtures/keys/a.der"),
    include_bytes!("../../../tests/fixtures/keys/b.der"),
];
/// The public halves.
pub const JWKS: &str = include_str!("../../../tests/fixtures/keys/jwks.json");
const POOL: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_One";
const OTHER_POOL: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Two";
const NOW: i64 = 1_718_636_426;

fn signed(header: &Value, claims: &Value, key: usize) -> String {
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let key = EncodingKey::from_rsa_der(KEYS[key]);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::RS256).unwrap();
    format!("{message}.{signature}")
}

fn changed(mut value: Value, change: Value) -> Value {
    for (name, new) in change.as_object().unwrap() {
        match new {
            Value::Null => value.as_object_mut().unwrap().shift_remove(name),
            new => value.as_object_mut().unwrap().insert(name.clone(), new.clone()),
        };
    }
    value
}

fn header(change: Value) -> Value {
    changed(json!({"alg": "RS256", "kid": "a/+="}), change)
}

fn claims(change: Value) -> Value {
    changed(
        json!({"iss": POOL, "token_use": "id", "aud": "client", "exp": NOW + 60, "sub": "s"}),
        change,
    )
}

fn access(change: Value) -> Value {
    changed(
        claims(json!({"token_use": "access", "aud": null, "scope": "openid shop/read"})),
        change,
    )
}

fn authorizer() -> Authorizer {
    Authorizer {
        address: "aws_api_gateway_authorizer.this".into(),
        header: "Authorization".into(),
        audience: None,
        issuers: vec![POOL.into()],
        cache: Cache::default(),
    }
}

async fn outcome(
    authorizer: &Authorizer,
    headers: &[(&str, &str)],
    scopes: &[&str],
) -> Result<Claims, Refusal> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, JWKS).unwrap();
    // As with moto, whose pools share one key: the other pool's keys are the same.
    let keys = Arc::new(Keys::load(KeySource::File(path)).await.unwrap());
    let ring = KeyRing::from([(POOL.into(), keys.clone()), (OTHER_POOL.into(), keys)]);
    let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
    let now = OffsetDateTime::from_unix_timestamp(NOW).unwrap();
    authorizer
        .authorize(&headers.iter().copied().collect(), &scopes, &ring, now)
        .await
}

/// The reason of the refusal, or nothing.
async fn refused(token: &str, scopes: &[&str]) -> Option<String> {
    outcome(&authorizer(), &[("Authorization", token)], scopes)
        .await
        .err()
        .map(|refusal| refusal.reason)
}

#[tokio::test]
async fn an_id_token_opens_a_route_without_scopes_with_and_without_bearer() {
    let token = signed(&header(json!({})), &claims(json!({})), 0);
    assert_eq!(refused(&token, &[]).await, None);
    assert_eq!(refused(&format!("Bearer {token}"), &[]).await, None);
    assert_eq!(
        refused(&signed(&header(json!({"kid": "b"})), &claims(json!({})), 1), &[]).await,
        None
    );
    let claims = outcome(&authorizer(), &[("authorization", &token)], &[])
        .await
        .unwrap();
    assert_eq!(claims["sub"], "s");
}

#[tokio::test]
async fn no_token_or_several_are_refused() {
    let token = signed(&header(json!({})), &claims(json!({})), 0);
    let reason =
        async |headers: &[(&str, &str)]| outcome(&authorizer(), headers, &[]).await.unwrap_err().reason;
    assert_eq!(reason(&[]).await, "no token in the header `Authorization`");
    assert_eq!(
        reason(&[("Authorization", "")]).await,
        "no token in the header `Authorization`"
    );
    assert_eq!(reason(&[("Authorization", "Bearer ")]).await, "not a token");
    assert_eq!(
        reason(&[("X-Other", &token)]).await,
        "no token in the header `Authorization`"
    );
    let twice = [
        ("Authorization", token.as_str()),
        ("authorization", token.as_str()),
    ];
    assert_eq!(reason(&twice).await, "more than one header `Authorization`");
    assert_eq!(
        reason(&[("Authorization", &format!("Basic {token}"))]).await,
        "its header is not that of a signed token"
    );
}

#[tokio::test]
async fn the_header_may_be_another() {
    let authorizer = Authorizer {
        header: "X-Token".into(),
        ..authorizer()
    };
    let token = signed(&header(json!({})), &claims(json!({})), 0);
    assert!(outcome(&authorizer, &[("x-token", &token)], &[]).await.is_ok());
    assert!(
        outcome(&authorizer, &[("Authorization", &token)], &[])
            .await
            .is_err()
    );
}

#[tokio::test]
async fn only_rs256_with_a_key_of_the_pool_is_a_signature() {
    let claims = claims(json!({}));
    let none = json!({"alg": "none", "kid": "a/+="});
    let unsigned = format!("{}.", signed(&none, &claims, 0).rsplit_once('.').unwrap().0);
    assert_eq!(
        refused(&unsigned, &[]).await.unwrap(),
        "its algorithm is not RS256"
    );
    for algorithm in ["HS256", "RS512", "PS256", "rs256", ""] {
        let token = signed(&header(json!({"alg": algorithm})), &claims, 0);
        assert_eq!(
            refused(&token, &[]).await.unwrap(),
            "its algorithm is not RS256",
            "{algorithm}"
        );
    }
    let token = signed(&header(json!({})), &claims, 1);
    assert_eq!(refused(&token, &[]).await.unwrap(), "its signature is wrong");
    for kid in ["c", "", "../b", "A/+="] {
        let token = signed(&header(json!({"kid": kid})), &claims, 0);
        assert_eq!(
            refused(&token, &[]).await.unwrap(),
            "no key of its issuer has its `kid`",
            "{kid}"
        );
    }
    let token = signed(&header(json!({"kid": null})), &claims, 0);
    assert_eq!(
        refused(&token, &[]).await.unwrap(),
        "its header is not that of a signed token"
    );
    let token = signed(&header(json!({"crit": ["x"]})), &claims, 0);
    assert_eq!(
        refused(&token, &[]).await.unwrap(),
        "it demands extensions (`crit`)"
    );
}

#[tokio::test]
async fn a_hash_made_with_the_public_key_is_no_signature() {
    let modulus = serde_json::from_str::<Value>(JWKS).unwrap()["keys"][0]["n"]
        .as_str()
        .unwrap()
        .to_owned();
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for algorithm in ["HS256", "RS256"] {
        let message = format!(
            "{}.{}",
            encoded(&header(json!({"alg": algorithm}))),
            encoded(&claims(json!({})))
        );
        let key = EncodingKey::from_secret(modulus.as_bytes());
        let hash = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
        assert!(
            refused(&format!("{message}.{hash}"), &[]).await.is_some(),
            "{algorithm}"
        );
    }
}

#[tokio::test]
async fn what_is_cut_lengthened_or_changed_is_refused() {
    let token = signed(&header(json!({})), &claims(json!({})), 0);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (head, payload) = message.split_once('.').unwrap();
    let other = URL_SAFE_NO_PAD.encode(claims(json!({"sub": "t"})).to_string());
    for wrong in [
        head.to_owned(),
        message.to_owned(),
        format!("{message}."),
        format!("{message}.{}", &signature[..signature.len() - 4]),
        format!("{head}.{other}.{signature}"),
        format!("{token}.{signature}"),
        format!("{token}="),
        format!("{head}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{head}.{payload} .{signature}"),
        "....".to_owned(),
        "ä.ö.ü".to_owned(),
        "x".repeat(100_000),
    ] {
        assert!(
            refused(&wrong, &[]).await.is_some(),
            "{}",
            &wrong[..wrong.len().min(40)]
        );
    }
}

#[tokio::test]
async fn the_issuer_must_be_the_routes_pool_to_the_letter() {
    for issuer in [
        OTHER_POOL,
        &format!("{POOL}/"),
        &format!("{POOL}x"),
        &POOL[..POOL.len() - 1],
        "",
    ] {
        let token = signed(&header(json!({})), &claims(json!({"iss": issuer})), 0);
        let reason = refused(&token, &[]).await.unwrap();
        assert_eq!(reason, format!("issuer is {issuer:?}, the route wants `{POOL}`"));
    }
    let both = Authorizer {
        issuers: vec![POOL.into(), OTHER_POOL.into()],
        ..authorizer()
    };
    let token = signed(&header(json!({})), &claims(json!({"iss": OTHER_POOL})), 0);
    assert!(outcome(&both, &[("Authorization", &token)], &[]).await.is_ok());
}

#[tokio::test]
async fn an_expired_token_has_its_own_message() {
    let token = signed(&header(json!({})), &claims(json!({"exp": NOW - 200})), 0);
    let refusal = outcome(&authorizer(), &[("Authorization", &token)], &[])
        .await
        .unwrap_err();
    assert_eq!(
        refusal,
        Refusal {
            error: GatewayError::token_expired(),
            reason: "expired 3 min ago".into()
        }
    );
    let token = signed(&header(json!({})), &claims(json!({"exp": NOW})), 0);
    assert_eq!(refused(&token, &[]).await.unwrap(), "expired 0 s ago");
    // What is not proven is not told: a forged token that expired is only unauthorized.
    let token = signed(&header(json!({})), &claims(json!({"exp": NOW - 200})), 1);
    assert_eq!(refused(&token, &[]).await.unwrap(), "its signature is wrong");
}

#[tokio::test]
async fn exp_is_required_and_nbf_is_heeded() {
    for exp in [json!(null), json!("9999999999"), json!({}), json!(1e300)] {
        let mut claims = claims(json!({}));
        claims["exp"] = exp;
        assert_eq!(
            refused(&signed(&header(json!({})), &claims, 0), &[])
                .await
                .unwrap(),
            "it has no `exp`"
        );
    }
    let token = signed(&header(json!({})), &claims(json!({"exp": null})), 0);
    assert_eq!(refused(&token, &[]).await.unwrap(), "it has no `exp`");
    let token = signed(&header(json!({})), &claims(json!({"nbf": NOW + 1})), 0);
    assert_eq!(refused(&token, &[]).await.unwrap(), "not valid yet");
    assert_eq!(
        refused(&signed(&header(json!({})), &claims(json!({"nbf": NOW})), 0), &[]).await,
        None
    );
}

#[tokio::test]
async fn token_use_must_fit_the_route() {
    let token = |claims: &Value| signed(&header(json!({})), claims, 0);
    let wrong = "access token where the route takes an id token";
    assert_eq!(refused(&token(&access(json!({}))), &[]).await.unwrap(), wrong);
    for purpose in [json!(null), json!("refresh"), json!(["id"])] {
        let token = token(&claims(json!({"token_use": purpose})));
        assert_eq!(
            refused(&token, &[]).await.unwrap(),
            "neither an id token nor an access token"
        );
    }
    let wrong = "id token where the route takes an access token with a scope";
    assert_eq!(
        refused(&token(&claims(json!({"scope": "shop/read"}))), &["shop/read"])
            .await
            .unwrap(),
        wrong
    );
}

#[tokio::test]
async fn any_one_scope_is_enough_and_a_part_of_one_is_not() {
    let token = |scope: &str| signed(&header(json!({})), &access(json!({"scope": scope})), 0);
    let wanted = ["shop/write", "shop/read"];
    assert_eq!(refused(&token("openid shop/read"), &wanted).await, None);
    for scope in ["", "openid", "shop/rea", "shop/readall", "shop/read,shop/write"] {
        let reason = refused(&token(scope), &wanted).await.unwrap();
        assert_eq!(
            reason, "none of its scopes is one of `shop/write`, `shop/read`",
            "{scope}"
        );
    }
}

#[tokio::test]
async fn aud_is_checked_only_when_an_expression_says_so() {
    let token = |claims: &Value| signed(&header(json!({})), claims, 0);
    assert_eq!(
        refused(&token(&claims(json!({"aud": "another client"}))), &[]).await,
        None
    );
    let strict = Authorizer {
        audience: Some(Regex::new("^(?:client)$").unwrap()),
        ..authorizer()
    };
    let outcome =
        async |token: String, scopes: &[&str]| outcome(&strict, &[("Authorization", &token)], scopes).await;
    assert!(outcome(token(&claims(json!({}))), &[]).await.is_ok());
    assert!(
        outcome(token(&claims(json!({"aud": "client2"}))), &[])
            .await
            .is_err()
    );
    assert!(outcome(token(&access(json!({}))), &["shop/read"]).await.is_err());
}

#[test]
fn spans_are_told_in_one_unit() {
    let spans = [59, 60, 3_599, 3_600, 172_799, 172_800].map(span);
    assert_eq!(spans, ["59 s", "1 min", "59 min", "1 h", "47 h", "2 days"]);
}
