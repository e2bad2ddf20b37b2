//! Answers of the last seconds: the function need not be asked again.
//!
//! An answer is kept by the identity in the request, and for all methods of a stage: whether its policy allows a method
//! is decided for every request. Errors are not kept. Source:
//! <https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html>, `authorizerResultTtlInSeconds`.

use std::sync::Arc;

use time::OffsetDateTime;

use super::answer::Answer;
use crate::data_plane::expiring::Expiring;

/// The answers of an authorizer's function.
#[derive(Default)]
pub struct Decisions {
    ttl: u32,
    answers: Expiring<Arc<Answer>>,
}

impl std::fmt::Debug for Decisions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Decisions(ttl {} s)", self.ttl)
    }
}

impl Decisions {
    /// Answers that are kept for `ttl` seconds; none are if it is 0.
    pub fn new(ttl: u32) -> Self {
        Self {
            ttl,
            answers: Expiring::default(),
        }
    }

    /// Seconds for which an answer is kept.
    pub fn ttl(&self) -> u32 {
        self.ttl
    }

    /// Returns the answer for an identity in a stage.
    pub fn get(&self, stage: &str, identity: &[String], now: OffsetDateTime) -> Option<Arc<Answer>> {
        if self.ttl == 0 {
            return None;
        }
        self.answers.get(&key(stage, identity), now.unix_timestamp())
    }

    /// Keeps an answer.
    pub fn keep(&self, stage: &str, identity: &[String], answer: Arc<Answer>, now: OffsetDateTime) {
        let now = now.unix_timestamp();
        // Without an identity, one answer would be every caller's. AWS allows no TTL then.
        if !identity.is_empty() {
            self.answers
                .keep(&key(stage, identity), answer, now, now + i64::from(self.ttl));
        }
    }
}

/// Lengths separate the values, so no two lists have the same key.
fn key(stage: &str, identity: &[String]) -> String {
    let values = std::iter::once(stage).chain(identity.iter().map(String::as_str));
    values.map(|value| format!("{}:{value}", value.len())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Arc<Answer> {
        let answer = br#"{"principalId": "p", "policyDocument": {"Statement": []}}"#;
        Arc::new(Answer::parse(answer).unwrap())
    }

    fn identity(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn an_answer_is_for_one_identity_in_one_stage() {
        let decisions = Decisions::new(300);
        let now = OffsetDateTime::UNIX_EPOCH;
        decisions.keep("v1", &identity(&["a", "bc"]), answer(), now);
        let is_kept = |stage: &str, values: &[&str]| decisions.get(stage, &identity(values), now).is_some();
        assert!(is_kept("v1", &["a", "bc"]));
        for values in [
            &["ab", "c"][..],
            &["bc", "a"],
            &["abc"],
            &["a"],
            &["a", "bc", ""],
            &[],
        ] {
            assert!(!is_kept("v1", values), "{values:?}");
        }
        assert!(!is_kept("v2", &["a", "bc"]));
    }

    #[test]
    fn nothing_is_kept_with_a_ttl_of_0_or_without_an_identity() {
        let now = OffsetDateTime::UNIX_EPOCH;
        for (ttl, values) in [(0, &["a"][..]), (300, &[])] {
            let decisions = Decisions::new(ttl);
            decisions.keep("v1", &identity(values), answer(), now);
            assert!(decisions.get("v1", &identity(values), now).is_none(), "{ttl}");
        }
    }
}
