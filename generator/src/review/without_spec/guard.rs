//! The callers of a route, and its handler.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::surface::Route;

/// The callers of a route, under the names of a surface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guard {
    /// `NONE`, `COGNITO_USER_POOLS`, `CUSTOM`, `AWS_IAM`, or `?` if it is uncertain.
    pub auth_type: String,
    /// The name of the authorizer.
    pub authorizer: Option<String>,
    /// Scopes of which a token needs one.
    pub scopes: Vec<String>,
    /// True if callers need an API key.
    pub api_key_required: bool,
}

/// The handler of a route, under the names of a surface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Handler {
    /// AWS's type of the integration.
    pub integration: String,
    /// The function.
    pub function: Option<String>,
    /// The version or alias of the function.
    pub qualifier: Option<String>,
    /// The address, if it is not a function.
    pub uri: Option<String>,
}

/// The meaning of a change for the callers of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The same callers, or the callers are uncertain now, which another fact says.
    Same,
    /// They become public.
    Opened,
    /// Fewer callers than before.
    Guarded,
    /// Tokens without a former scope are accepted.
    WiderScopes,
    /// Other callers, or more.
    Others,
}

impl Guard {
    /// Reads a route.
    pub(super) fn of(route: &Route) -> Self {
        Self {
            auth_type: route.auth_type.clone(),
            authorizer: route.authorizer.clone(),
            scopes: route.scopes.clone(),
            api_key_required: route.api_key_required,
        }
    }

    /// Returns whether anyone may call it. An API key tells callers apart, so a route that needs one is not public.
    pub fn is_public(&self) -> bool {
        self.auth_type == "NONE" && !self.api_key_required
    }

    /// Returns whether it is unknown who may call it.
    pub(super) fn is_uncertain(&self) -> bool {
        self.auth_type == "?"
    }

    /// Compares the callers of requests with those of before.
    pub(super) fn relation(before: &Self, after: &Self) -> Relation {
        let is_same_check = before.auth_type == after.auth_type && before.authorizer == after.authorizer;
        let has_lost_key = before.api_key_required && !after.api_key_required;
        if before == after || after.is_uncertain() {
            Relation::Same
        } else if after.is_public() {
            Relation::Opened
        } else if before.is_public() {
            Relation::Guarded
        } else if !is_same_check {
            // A check that is added to an API key only refuses more.
            match before.auth_type == "NONE" && !has_lost_key {
                true => Relation::Guarded,
                false => Relation::Others,
            }
        } else if has_lost_key {
            Relation::Others
        } else if has_wider_scopes(before, after) {
            Relation::WiderScopes
        } else {
            Relation::Guarded
        }
    }
}

/// A token needs one of the scopes. Without scopes, any token of the pool is accepted.
fn has_wider_scopes(before: &Guard, after: &Guard) -> bool {
    let [before, after] = [before, after].map(|guard| guard.scopes.iter().collect::<BTreeSet<_>>());
    !before.is_empty() && (after.is_empty() || !after.is_subset(&before))
}

impl Handler {
    /// Reads a route.
    pub(super) fn of(route: &Route) -> Self {
        Self {
            integration: route.integration.clone(),
            function: route.function.clone(),
            qualifier: route.qualifier.clone(),
            uri: route.uri.clone(),
        }
    }

    /// Returns whether it is unknown what handles the route.
    pub(super) fn is_uncertain(&self) -> bool {
        self.integration == "?"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(auth_type: &str, authorizer: &str, scopes: &[&str], api_key_required: bool) -> Guard {
        Guard {
            auth_type: auth_type.to_owned(),
            authorizer: Some(authorizer.to_owned()).filter(|name| !name.is_empty()),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            api_key_required,
        }
    }

    #[test]
    fn callers_are_public_fewer_or_others() {
        let public = guard("NONE", "", &[], false);
        let key = guard("NONE", "", &[], true);
        let users = guard("COGNITO_USER_POOLS", "users", &[], false);
        let staff = guard("COGNITO_USER_POOLS", "staff", &[], false);
        let readers = guard("COGNITO_USER_POOLS", "users", &["read"], false);
        let writers = guard("COGNITO_USER_POOLS", "users", &["read", "write"], false);
        let users_with_key = guard("COGNITO_USER_POOLS", "users", &[], true);
        let iam = guard("AWS_IAM", "", &[], false);
        let uncertain = guard("?", "", &[], false);
        for (before, after, expected) in [
            (&users, &users, Relation::Same),
            (&users, &uncertain, Relation::Same),
            (&users, &public, Relation::Opened),
            (&key, &public, Relation::Opened),
            (&uncertain, &public, Relation::Opened),
            (&public, &key, Relation::Guarded),
            (&public, &iam, Relation::Guarded),
            (&users, &users_with_key, Relation::Guarded),
            (&key, &users_with_key, Relation::Guarded),
            (&users, &readers, Relation::Guarded),
            (&readers, &users, Relation::WiderScopes),
            (&readers, &writers, Relation::WiderScopes),
            (&writers, &readers, Relation::Guarded),
            (&users, &staff, Relation::Others),
            (&iam, &users, Relation::Others),
            (&users, &key, Relation::Others),
            (&key, &users, Relation::Others),
            (&users_with_key, &users, Relation::Others),
            (&uncertain, &users, Relation::Others),
        ] {
            assert_eq!(Guard::relation(before, after), expected, "{before:?} {after:?}");
        }
    }
}
