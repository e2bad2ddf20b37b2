//! Tokens that were verified a moment ago: their signatures need not be computed again, which is most of the work.
//!
//! The cache keeps the claims of a token, not the decision: time, purpose, scopes and audience are checked for every
//! request. It keeps them no longer than the authorizer's TTL, never past the token's `exp`, and only while the keys
//! are those that verified it. Source:
//! <https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html>, `authorizerResultTtlInSeconds`.

use serde_json::Value;
use time::OffsetDateTime;

use super::Claims;
use crate::data_plane::expiring::Expiring;

/// The verified tokens of an authorizer.
#[derive(Default)]
pub struct Cache {
    ttl: i64,
    /// Claims, and the generation of the keys that verified them.
    tokens: Expiring<(u64, Claims)>,
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Cache(ttl {} s)", self.ttl)
    }
}

impl Clone for Cache {
    /// An empty one with the same TTL: what was verified for one authorizer says nothing of another's keys.
    fn clone(&self) -> Self {
        Self {
            ttl: self.ttl,
            tokens: Expiring::default(),
        }
    }
}

impl Cache {
    /// Returns a cache that keeps tokens for `ttl` seconds, or no tokens if `ttl` is 0.
    pub fn new(ttl: u32) -> Self {
        Self {
            ttl: ttl.into(),
            tokens: Expiring::default(),
        }
    }

    /// The claims of a token that was verified with this generation of keys.
    pub fn claims(&self, token: &str, generation: u64, now: OffsetDateTime) -> Option<Claims> {
        if self.ttl == 0 {
            return None;
        }
        let (verified_with, claims) = self.tokens.get(token, now.unix_timestamp())?;
        (verified_with == generation).then_some(claims)
    }

    /// Keeps the claims of a token that has just been verified with this generation of keys.
    pub fn keep(&self, token: &str, claims: &Claims, generation: u64, now: OffsetDateTime) {
        let now = now.unix_timestamp();
        let Some(expires) = claims.get("exp").and_then(Value::as_i64) else {
            return;
        };
        let until = expires.min(now.saturating_add(self.ttl));
        self.tokens.keep(token, (generation, claims.clone()), now, until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_718_636_426;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(NOW + seconds).unwrap()
    }

    fn claims(exp: Value) -> Claims {
        json!({"sub": "s", "exp": exp}).as_object().unwrap().clone()
    }

    fn lasting() -> Claims {
        claims(json!(NOW + 3_600))
    }

    #[test]
    fn a_token_is_kept_for_the_ttl_and_not_a_second_longer() {
        let cache = Cache::new(300);
        assert_eq!(cache.claims("a", 1, at(0)), None);
        cache.keep("a", &lasting(), 1, at(0));
        assert_eq!(cache.claims("a", 1, at(299)), Some(lasting()));
        assert_eq!(cache.claims("a", 1, at(300)), None);
        assert_eq!(cache.claims("a", 1, at(-1)), None, "a clock that was set back");
        assert_eq!(cache.claims("b", 1, at(0)), None, "another token");
    }

    #[test]
    fn no_token_is_kept_past_its_exp_nor_without_one() {
        let cache = Cache::new(300);
        cache.keep("a", &claims(json!(NOW + 10)), 1, at(0));
        assert!(cache.claims("a", 1, at(9)).is_some());
        assert_eq!(cache.claims("a", 1, at(10)), None);
        for exp in [json!(NOW), json!(NOW - 1), json!("tomorrow"), json!(null)] {
            cache.keep("b", &claims(exp), 1, at(0));
        }
        assert_eq!(cache.tokens.len(), 1);
    }

    #[test]
    fn a_ttl_of_0_keeps_nothing() {
        let cache = Cache::new(0);
        cache.keep("a", &lasting(), 1, at(0));
        assert_eq!(cache.claims("a", 1, at(0)), None);
        assert_eq!(cache.tokens.len(), 0);
    }

    #[test]
    fn other_keys_drop_what_those_before_verified() {
        let cache = Cache::new(300);
        cache.keep("a", &lasting(), 1, at(0));
        assert_eq!(cache.claims("a", 2, at(0)), None);
    }

    #[test]
    fn its_debug_output_contains_no_claims() {
        let cache = Cache::new(300);
        cache.keep("a", &lasting(), 1, at(0));
        assert_eq!(format!("{cache:?}"), "Cache(ttl 300 s)");
    }
}
