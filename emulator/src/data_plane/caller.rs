//! The caller of a route, once its authorizer has admitted the request.

use std::sync::Arc;
use std::time::Duration;

use super::claims::Claims;
use super::lambda_authorizer::Answer;

/// A caller.
#[derive(Debug)]
pub enum Caller {
    /// Anyone: the route is public.
    Anyone,
    /// A signed-in user, by the claims of a verified token.
    User(Claims),
    /// A caller that a function admitted.
    Admitted {
        /// The function's answer.
        answer: Arc<Answer>,
        /// The time that it took; zero if the answer was kept.
        took: Duration,
    },
}
