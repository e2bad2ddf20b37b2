//! Facts about a request that only the pipeline learns on its way.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::data_plane::caller::Caller;
use crate::data_plane::claims::Stringified;
use crate::data_plane::gateway_error::GatewayError;

/// Facts about a request, for the access log.
#[derive(Debug)]
pub struct Trail {
    /// The time when the pipeline got the request.
    pub began: Instant,
    /// The data from the authorizer, as `requestContext.authorizer` has it.
    pub authorizer: Option<Value>,
    /// The message of the authorizer's refusal.
    pub authorizer_error: Option<String>,
    /// The function's part.
    pub integration: Option<Integration>,
}

/// An invocation of the route's function.
#[derive(Debug)]
pub struct Integration {
    /// The time that it took.
    pub took: Duration,
    /// The reason if it failed, in our words.
    pub error: Option<String>,
}

impl Trail {
    /// Begins.
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            authorizer: None,
            authorizer_error: None,
            integration: None,
        }
    }

    /// Notes the caller.
    pub fn admitted(&mut self, caller: &Caller) {
        self.authorizer = match caller {
            Caller::Anyone => None,
            Caller::User(claims) => Some(json!({ "claims": Stringified(claims) })),
            Caller::Admitted { answer, took: _ } => Some(answer.handed_on.clone().into()),
        };
    }

    /// Notes the authorizer's refusal.
    pub fn refused(&mut self, error: &GatewayError) {
        self.authorizer_error.clone_from(&error.message);
    }

    /// Notes the end of an invocation.
    pub fn integrated(&mut self, took: Duration, error: Option<String>) {
        self.integration = Some(Integration { took, error });
    }
}
