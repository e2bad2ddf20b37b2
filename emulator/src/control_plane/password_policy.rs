//! The password policy of a user pool: what moto misreads of it, and passwords that satisfy it.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Requirements of a policy besides the length. The AWS provider leaves out those that are false
/// (`aws_cognito_user_pool.password_policy`), which Cognito takes for false and moto for true.
const REQUIREMENTS: [&str; 4] = [
    "RequireUppercase",
    "RequireLowercase",
    "RequireNumbers",
    "RequireSymbols",
];

/// Letters and digits that are not mistaken for each other when read from a mail.
const UPPERCASE: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const LOWERCASE: &[u8] = b"abcdefghijkmnopqrstuvwxyz";
const NUMBERS: &[u8] = b"23456789";
/// Of the symbols that Cognito counts, those that need no quotes in a shell, in HTML and in the AWS CLI.
const SYMBOLS: &[u8] = b"._-";

/// The least length of a temporary password. It is more if the policy requires more.
const LENGTH: usize = 12;

/// Writes `false` for each requirement that a CreateUserPool or UpdateUserPool omits from its policy. A request without
/// a policy stays as it is: the default policy is the same in moto as in Cognito.
pub(super) fn mend(request: &mut Map<String, Value>) {
    let policy = request
        .get_mut("Policies")
        .and_then(|policies| policies.get_mut("PasswordPolicy"));
    if let Some(Value::Object(policy)) = policy {
        for requirement in REQUIREMENTS {
            let value = policy.entry(requirement).or_insert(Value::Bool(false));
            if value.is_null() {
                *value = Value::Bool(false);
            }
        }
    }
}

/// The policy as DescribeUserPool returns it. A missing part counts as the strictest one, which satisfies all.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PasswordPolicy {
    minimum_length: usize,
    require_uppercase: bool,
    require_lowercase: bool,
    require_numbers: bool,
    require_symbols: bool,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_length: 8,
            require_uppercase: true,
            require_lowercase: true,
            require_numbers: true,
            require_symbols: true,
        }
    }
}

impl PasswordPolicy {
    /// A random password that satisfies the policy and begins with a letter, so that no command takes it for an
    /// option.
    pub(super) fn temporary_password(&self) -> Result<String> {
        let mut required = vec![UPPERCASE, LOWERCASE, NUMBERS];
        if self.require_symbols {
            required.push(SYMBOLS);
        }
        let all = required.concat();
        let length = self.minimum_length.max(LENGTH);
        // Drawn until every kind is there: each password that satisfies the policy is then equally likely. One in
        // three does, with symbols.
        loop {
            let password = (0..length).map(|_| pick(&all)).collect::<Result<Vec<u8>>>()?;
            let has = |kind: &&[u8]| password.iter().any(|byte| kind.contains(byte));
            if password[0].is_ascii_alphabetic() && required.iter().all(has) {
                return String::from_utf8(password).context("a password of ASCII characters");
            }
        }
    }
}

/// One of these bytes, each equally likely. There are fewer than 256.
fn pick(alphabet: &[u8]) -> Result<u8> {
    // A byte above the last multiple of the length would favour the first characters.
    let limit = 256 - 256 % alphabet.len();
    loop {
        let mut byte = [0];
        getrandom::fill(&mut byte).context("the system has no randomness")?;
        let [byte] = byte;
        if usize::from(byte) < limit {
            return Ok(alphabet[usize::from(byte) % alphabet.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mended(mut request: Value) -> Value {
        mend(request.as_object_mut().unwrap());
        request
    }

    #[test]
    fn what_a_policy_leaves_out_becomes_false_and_what_it_says_stays() {
        let request = json!({"PoolName": "p", "Policies": {"PasswordPolicy":
            {"MinimumLength": 6, "RequireUppercase": true, "RequireLowercase": true}}});
        assert_eq!(
            mended(request),
            json!({"PoolName": "p", "Policies": {"PasswordPolicy":
                {"MinimumLength": 6, "RequireUppercase": true, "RequireLowercase": true,
                 "RequireNumbers": false, "RequireSymbols": false}}})
        );
    }

    #[test]
    fn a_request_without_a_policy_stays_as_it_is() {
        for request in [
            json!({"PoolName": "p"}),
            json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}}}),
            json!({"Policies": null}),
        ] {
            assert_eq!(mended(request.clone()), request);
        }
    }

    #[test]
    fn temporary_passwords_satisfy_the_policy_and_differ() {
        let plain = PasswordPolicy {
            minimum_length: 6,
            require_symbols: false,
            require_numbers: false,
            ..PasswordPolicy::default()
        };
        let long = PasswordPolicy {
            minimum_length: 40,
            ..PasswordPolicy::default()
        };
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let password = plain.temporary_password().unwrap();
            assert_eq!(password.len(), 12);
            assert!(
                password.bytes().all(|byte| byte.is_ascii_alphanumeric()),
                "{password}"
            );
            assert!(
                password.starts_with(|first: char| first.is_ascii_alphabetic()),
                "{password}"
            );
            for kind in [UPPERCASE, LOWERCASE, NUMBERS] {
                assert!(password.bytes().any(|byte| kind.contains(&byte)), "{password}");
            }
            assert!(seen.insert(password));

            let password = long.temporary_password().unwrap();
            assert_eq!(password.len(), 40);
            assert!(password.bytes().any(|byte| SYMBOLS.contains(&byte)), "{password}");
        }
    }

    #[test]
    fn a_policy_that_is_not_told_is_taken_for_the_strictest() {
        let policy: PasswordPolicy = serde_json::from_value(json!({"MinimumLength": 6})).unwrap();
        assert_eq!(
            policy,
            PasswordPolicy {
                minimum_length: 6,
                ..PasswordPolicy::default()
            }
        );
    }
}
