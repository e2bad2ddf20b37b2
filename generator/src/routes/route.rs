//! A route: what its keys mean, and what they mean in AWS. Each key is named here, so that a new one does not compile until
//! it has both.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::hcl::{Expression, string, to_set};
use crate::resources::api_gateway_method::Authorization;
use crate::routes::Auth;
use crate::routes::keys::RouteTable;
use crate::throttling::Throttle;

/// The function and the callers of a path and method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Route {
    /// Name of the function that answers.
    pub function: String,
    /// The callers.
    pub auth: Auth,
    /// Scopes of which an access token needs one, sorted. Without any, the token must be an id token.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub scopes: BTreeSet<String>,
    /// True if a request needs an API key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub api_key: bool,
    /// The limits of its requests. Ask [`Service::throttle_of_route`](crate::service::Service::throttle_of_route).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
}

impl Route {
    /// The route that the keys mean.
    pub(crate) fn of(table: &RouteTable) -> Self {
        let RouteTable {
            span: _,
            function,
            auth,
            scopes,
            api_key,
            throttle,
        } = table;
        let scopes = scopes.value.iter().flatten();
        Self {
            function: function.value.clone().unwrap_or_default(),
            auth: auth.value.clone().unwrap_or(Auth::UserPool),
            scopes: scopes.map(|scope| scope.value.clone()).collect(),
            api_key: api_key.value,
            throttle: throttle.as_ref().map(Throttle::of),
        }
    }

    /// Returns the callers in words. The keys that decide this are those of [`Self::authorization`].
    pub(crate) fn callers(&self) -> String {
        let callers = match (&self.auth, self.scopes_in_words()) {
            (Auth::None, _) => "public".into(),
            (Auth::Authorizer(name), _) => format!("only callers that the authorizer `{name}` admits"),
            (Auth::UserPool, None) => "signed-in users only".into(),
            (Auth::UserPool, Some(scopes)) => format!("access tokens with the scope {scopes} only"),
        };
        match self.api_key {
            true => callers + ", with an API key",
            false => callers,
        }
    }

    /// Returns the scopes of which a token needs one.
    pub(crate) fn scopes_in_words(&self) -> Option<String> {
        let scopes: Vec<&str> = self.scopes.iter().map(String::as_str).collect();
        (!scopes.is_empty()).then(|| scopes.join(" or "))
    }

    /// Returns whether it accepts tokens that another route refuses, as far as scopes decide.
    pub(crate) fn has_wider_scopes_than(&self, other: &Self) -> bool {
        !other.scopes.is_empty() && (self.scopes.is_empty() || !self.scopes.is_subset(&other.scopes))
    }

    /// The arguments of its method that say who may call it, by the id of its authorizer.
    pub(crate) fn authorization(&self, authorizer_id: Option<Expression>) -> Authorization {
        let Self {
            function: _, // admits no callers by itself
            auth,
            scopes,
            api_key,
            throttle: _, // refuses requests of every caller
        } = self;
        Authorization {
            authorization: auth.authorization(),
            authorizer_id,
            api_key_required: *api_key,
            authorization_scopes: (!scopes.is_empty()).then(|| to_set(scopes.iter().map(string))),
        }
    }
}
