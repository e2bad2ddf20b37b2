//! A user pool: what its keys mean, what they mean in AWS, and what the access test says of it. Each key is named here, so
//! that a new one does not compile until it has all three.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::environments::PLACEHOLDER;
use crate::hcl::{string, to_set};
use crate::modules::module::{Assertion, CheckedOutput, Output};
use crate::resources::cognito_user_pool;
use crate::spec::field::Keys;
use crate::user_pool::keys::{Mfa, PasswordTable, UserPoolTable};
use crate::user_pool::{Client, Group};

/// The user pool whose users are the signed-in users.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum UserPool {
    /// The service's own, which is generated.
    Own(OwnUserPool),
    /// One that exists.
    Existing {
        /// ARN of the pool of every environment that names no other one.
        #[serde(rename = "existing")]
        arn: String,
    },
}

/// A user pool that is generated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OwnUserPool {
    /// The name that the Cognito console shows.
    pub name: String,
    /// True if anyone may register.
    pub self_sign_up: bool,
    /// The users who need a code beside their password.
    pub mfa: Mfa,
    /// Rules for passwords.
    pub password: PasswordPolicy,
    /// Clients by name.
    pub clients: BTreeMap<String, Client>,
    /// Groups by name.
    pub groups: BTreeMap<String, Group>,
}

/// Rules for passwords.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PasswordPolicy {
    /// Characters, 6 to 99.
    pub minimum_length: u32,
    /// A lower-case letter.
    pub lowercase: bool,
    /// An upper-case letter.
    pub uppercase: bool,
    /// A digit.
    pub numbers: bool,
    /// A symbol.
    pub symbols: bool,
    /// Days for which an invitation's password is valid.
    pub temporary_password_validity_days: u32,
}

impl Mfa {
    /// AWS's word for it.
    pub(crate) fn in_aws(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::Optional => "OPTIONAL",
            Self::Required => "ON",
        }
    }

    /// Returns the assertion of the access test about it. Without codes, there is nothing to lose.
    fn assertion(self) -> Option<Assertion> {
        let must = match self {
            Self::Off => return None,
            Self::Optional => "ask users for a code if they have set up an authenticator app",
            Self::Required => "ask every user for a code of an authenticator app",
        };
        Some(Assertion {
            subject: "The user pool",
            must: must.into(),
            outputs: vec![CheckedOutput::is(
                Output::new(
                    "mfa_configuration",
                    "`ON` if every user needs a second factor, `OPTIONAL` if users with a second factor do.",
                    cognito_user_pool::attribute("mfa_configuration"),
                ),
                string(self.in_aws()),
            )],
        })
    }
}

impl PasswordPolicy {
    /// The same in AWS's words.
    pub(crate) fn in_aws(&self) -> cognito_user_pool::PasswordPolicy {
        let Self {
            minimum_length,
            lowercase,
            uppercase,
            numbers,
            symbols,
            temporary_password_validity_days,
        } = *self;
        cognito_user_pool::PasswordPolicy {
            minimum_length,
            require_lowercase: lowercase,
            require_numbers: numbers,
            require_symbols: symbols,
            require_uppercase: uppercase,
            temporary_password_validity_days,
        }
    }

    /// Returns the assertion of the access test about it.
    fn assertion(&self) -> Assertion {
        let Self {
            minimum_length,
            lowercase,
            uppercase,
            numbers,
            symbols,
            temporary_password_validity_days,
        } = *self;
        let kinds = [
            (lowercase, "a lower-case letter"),
            (numbers, "a number"),
            (symbols, "a symbol"),
            (uppercase, "an upper-case letter"),
        ];
        let kinds = kinds.iter().filter(|(required, _)| *required);
        let mut holds = vec![format!("at least {minimum_length} characters")];
        holds.extend(kinds.map(|(_, kind)| (*kind).to_string()));
        let days = temporary_password_validity_days;
        let plural = if days == 1 { "" } else { "s" };
        Assertion {
            subject: "Passwords",
            must: format!(
                "have {}, and be valid for {days} day{plural} if they come with an invitation",
                holds.join(", ")
            ),
            outputs: vec![CheckedOutput {
                output: Output::new(
                    "password_policy",
                    "Password policy.",
                    cognito_user_pool::attribute("password_policy[0]"),
                ),
                values: self
                    .in_aws()
                    .arguments()
                    .map(|(name, value)| (format!(".{name}"), value))
                    .to_vec(),
            }],
        }
    }

    /// A password that satisfies the policy, always the same one. Everybody knows it, so it is for the emulated AWS.
    pub fn example(&self) -> String {
        let symbol = if self.symbols { "-" } else { "" };
        let mut password = format!("Testing1{symbol}");
        let missing = (self.minimum_length as usize).saturating_sub(password.len());
        password.extend("Testing1".chars().cycle().take(missing));
        password
    }
}

impl OwnUserPool {
    /// The pool that the keys mean.
    pub(crate) fn of(
        table: &UserPoolTable,
        service: &str,
        clients: BTreeMap<String, Client>,
        groups: BTreeMap<String, Group>,
    ) -> Self {
        let UserPoolTable {
            span: _,
            existing: _, // another kind of pool
            name,
            sign_in_with: _, // there is one way, and it always holds
            self_sign_up,
            mfa,
            password,
            clients: _, // their flows may be wrong
            groups: _,  // two may have one name in Terraform
        } = table;
        let name = name.value.clone();
        Self {
            name: name.unwrap_or_else(|| format!("{service}-{PLACEHOLDER}")),
            self_sign_up: self_sign_up.value,
            mfa: mfa.value,
            password: PasswordPolicy::of(password),
            clients,
            groups,
        }
    }

    /// The pool that `local` has in place of an existing one: by invitation only, with one client that signs users in by
    /// password.
    pub fn of_local(service: &str) -> Self {
        Self {
            name: format!("{service}-{PLACEHOLDER}"),
            self_sign_up: false,
            mfa: Mfa::Off,
            password: PasswordPolicy::of(&PasswordTable::absent()),
            clients: BTreeMap::from([("local".into(), Client::of_local())]),
            groups: BTreeMap::new(),
        }
    }

    /// The arguments of its resource.
    pub(crate) fn settings(&self) -> cognito_user_pool::Settings {
        let Self {
            name: _, // a variable: it may hold the environment's
            self_sign_up,
            mfa,
            password,
            clients: _, // resources of their own
            groups: _,  // resources of their own
        } = self;
        cognito_user_pool::Settings {
            allow_admin_create_user_only: !self_sign_up,
            mfa_configuration: mfa.in_aws(),
            password_policy: password.in_aws(),
        }
    }

    /// Returns the assertions of the access test about it.
    pub(crate) fn assertions(&self) -> Vec<Assertion> {
        let Self {
            name: _, // a label in the console
            self_sign_up,
            mfa,
            password,
            clients: _, // they have their own
            groups: _,  // they admit no caller
        } = self;
        let attribute = cognito_user_pool::attribute;
        let mut assertions = vec![
            Assertion {
                subject: "The user pool",
                must: if *self_sign_up {
                    "let anyone register".into()
                } else {
                    "let only invited users sign in".into()
                },
                outputs: vec![CheckedOutput::is(
                    Output::new(
                        "admin_create_user_only",
                        "Whether users need an invitation.",
                        attribute("admin_create_user_config[0].allow_admin_create_user_only"),
                    ),
                    !self_sign_up,
                )],
            },
            password.assertion(),
            Assertion {
                subject: "Email addresses",
                must: "be verified before Cognito uses them".into(),
                outputs: vec![
                    CheckedOutput::is(
                        Output::new(
                            "verified_attributes",
                            "Attributes that Cognito verifies when a user registers.",
                            attribute("auto_verified_attributes"),
                        ),
                        to_set(cognito_user_pool::VERIFIED.map(string)),
                    ),
                    CheckedOutput::is(
                        Output::new(
                            "verified_before_update",
                            "Attributes whose new values Cognito verifies before it uses them.",
                            attribute(
                                "user_attribute_update_settings[0].attributes_require_verification_before_update",
                            ),
                        ),
                        to_set(cognito_user_pool::VERIFIED_BEFORE_UPDATE.map(string)),
                    ),
                ],
            },
            Assertion {
                subject: "The user pool",
                must: "have the deletion protection of its environment".into(),
                outputs: vec![CheckedOutput::is(
                    Output::new(
                        "deletion_protection",
                        "`ACTIVE` if AWS refuses to delete the pool.",
                        attribute("deletion_protection"),
                    ),
                    string("ACTIVE"),
                )],
            },
        ];
        assertions.extend(mfa.assertion());
        assertions
    }
}

impl PasswordPolicy {
    /// The policy that the keys mean.
    fn of(table: &PasswordTable) -> Self {
        let PasswordTable {
            span: _,
            minimum_length,
            lowercase,
            uppercase,
            numbers,
            symbols,
            temporary_password_validity_days,
        } = table;
        Self {
            minimum_length: minimum_length.value,
            lowercase: lowercase.value,
            uppercase: uppercase.value,
            numbers: numbers.value,
            symbols: symbols.value,
            temporary_password_validity_days: temporary_password_validity_days.value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PasswordPolicy;

    fn example(minimum_length: u32, symbols: bool) -> String {
        let policy = PasswordPolicy {
            minimum_length,
            lowercase: true,
            uppercase: true,
            numbers: true,
            symbols,
            temporary_password_validity_days: 7,
        };
        policy.example()
    }

    #[test]
    fn an_example_of_a_password_satisfies_the_policy() {
        assert_eq!(example(6, false), "Testing1");
        assert_eq!(example(8, true), "Testing1-");
        assert_eq!(example(20, true), "Testing1-Testing1Tes");
        assert_eq!(example(99, true).len(), 99);
    }
}
