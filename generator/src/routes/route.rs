//! A route: what its keys mean, and what they mean in AWS. Each key is named here, so that a new one does not compile until
//! it has both.

use serde::Serialize;

use crate::hcl::Expression;
use crate::resources::api_gateway_method::Authorization;
use crate::routes::Auth;
use crate::routes::keys::RouteTable;

/// The function and the callers of a path and method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Route {
    /// Name of the function that answers.
    pub function: String,
    /// The callers.
    pub auth: Auth,
}

impl Route {
    /// The route that the keys mean.
    pub(crate) fn of(table: &RouteTable) -> Self {
        let RouteTable {
            span: _,
            function,
            auth,
        } = table;
        Self {
            function: function.value.clone().unwrap_or_default(),
            auth: auth.value.unwrap_or(Auth::UserPool),
        }
    }

    /// Returns the callers in words. The keys that decide this are those of [`Self::authorization`].
    pub(crate) fn callers(&self) -> &'static str {
        match self.auth {
            Auth::None => "public",
            Auth::UserPool => "signed-in users only",
        }
    }

    /// The arguments of its method that say who may call it, by the id of the authorizer of signed-in users.
    pub(crate) fn authorization(&self, authorizer_id: Expression) -> Authorization {
        let Self {
            function: _, // admits no callers by itself
            auth,
        } = self;
        Authorization {
            authorization: auth.authorization(),
            authorizer_id: match auth {
                Auth::None => None,
                Auth::UserPool => Some(authorizer_id),
            },
        }
    }
}
