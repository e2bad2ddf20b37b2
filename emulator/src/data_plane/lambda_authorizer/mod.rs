//! Lambda authorizers: a function decides about a request by a policy.
//!
//! ```text
//! Call ─request::identity→ Identity      what the request has to bring; without it the function is not invoked
//! Call, Identity ─request::event→ event  a token, or the request without its body
//! result ─Answer::parse→ Answer          principal, policy and context; kept in Decisions for the TTL
//! Answer ─Answer::decide→ ()             whether the policy allows this method, for every request
//! ```
//!
//! The gateway invokes the function between the second and the third.
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html>.

mod answer;
mod applied;
mod decisions;
pub(super) mod request;

pub use answer::Answer;
pub use applied::{Identification, IdentitySource, InvokedBy, LambdaAuthorizer};
pub use decisions::Decisions;
