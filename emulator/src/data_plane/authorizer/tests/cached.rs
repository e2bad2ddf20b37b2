//! A token that was verified before opens what it would open now, and nothing else.

use super::*;

/// An authorizer that keeps tokens for 300 s, with its keys in a file.
struct Guard {
    authorizer: Authorizer,
    keys: KeyRing,
    file: tempfile::NamedTempFile,
}

impl Guard {
    async fn new() -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), JWKS).unwrap();
        let keys = Keys::load(KeySource::File(file.path().to_owned())).await.unwrap();
        Self {
            authorizer: Authorizer {
                cache: Cache::new(300),
                ..id().authorizer
            },
            keys: KeyRing::from([(POOL.into(), Arc::new(keys))]),
            file,
        }
    }

    async fn at(&self, seconds: i64, token: &str, scopes: &[&str]) -> Result<Claims, String> {
        let headers = [("Authorization", token)].into_iter().collect();
        let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
        let now = OffsetDateTime::from_unix_timestamp(NOW + seconds).unwrap();
        let claims = self.authorizer.authorize(&headers, &scopes, &self.keys, now);
        claims.await.map_err(|refusal| refusal.reason)
    }
}

#[tokio::test]
async fn it_says_the_same_again_and_expires_on_time() {
    let guard = Guard::new().await;
    let token = id().token();
    let first = guard.at(0, &token, &[]).await.unwrap();
    assert_eq!(guard.at(59, &token, &[]).await, Ok(first));
    let reason = guard.at(60, &token, &[]).await.unwrap_err();
    assert!(reason.starts_with("expired "), "{reason}");
}

#[tokio::test]
async fn every_route_decides_for_itself() {
    let guard = Guard::new().await;
    let token = access().token();
    for _ in 0..2 {
        assert!(guard.at(0, &token, &["shop/read"]).await.is_ok());
        assert!(guard.at(0, &token, &["shop/write"]).await.is_err());
        assert!(guard.at(0, &token, &[]).await.is_err(), "a route without scopes");
    }
}

#[tokio::test]
async fn a_token_that_is_not_valid_yet_is_not_taken_later_on_than_it_should_be() {
    let guard = Guard::new().await;
    let token = id().with(claim("nbf", json!(NOW + 5))).token();
    assert!(guard.at(0, &token, &[]).await.is_err());
    assert!(guard.at(4, &token, &[]).await.is_err());
    assert!(guard.at(5, &token, &[]).await.is_ok());
}

#[tokio::test]
async fn another_signature_under_the_same_claims_is_verified() {
    let guard = Guard::new().await;
    let token = id().token();
    assert!(guard.at(0, &token, &[]).await.is_ok());
    let (message, _) = token.rsplit_once('.').unwrap();
    let another = id().with(claim("sub", json!("o"))).token();
    let (_, other) = another.rsplit_once('.').unwrap();
    assert!(guard.at(0, &format!("{message}.{other}"), &[]).await.is_err());
    assert!(guard.at(0, &token[..token.len() - 1], &[]).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_withdrawn_takes_its_tokens_along() {
    let guard = Guard::new().await;
    let token = id().token();
    assert!(guard.at(0, &token, &[]).await.is_ok());
    std::fs::write(guard.file.path(), JWKS.replace("a/+=", "withdrawn")).unwrap();
    assert!(guard.at(1, &token, &[]).await.is_ok(), "nobody has looked yet");
    tokio::time::advance(crate::data_plane::authorizer::keys::REFETCH_INTERVAL).await;
    let unknown = id().with(header("kid", json!("unknown"))).token();
    assert!(guard.at(2, &unknown, &[]).await.is_err());
    assert!(guard.at(3, &token, &[]).await.is_err());
}
