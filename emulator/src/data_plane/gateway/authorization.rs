//! The caller of a route, as its authorizer decides.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Gateway, Problem};
use crate::data_plane::api::{Authorizer, Route};
use crate::data_plane::call::Call;
use crate::data_plane::caller::Caller;
use crate::data_plane::function::runtime_api::Outcome;
use crate::data_plane::gateway_error::GatewayError;
use crate::data_plane::lambda_authorizer::{Answer, InvokedBy, LambdaAuthorizer, request};

/// Time that API Gateway waits for an authorizer's function. From memory: the default of integrations.
const TIMEOUT: Duration = Duration::from_secs(29);

impl Gateway {
    /// Returns the caller of a route. Fails if its authorizer refuses the request.
    pub(super) async fn caller(&self, call: &Call<'_>, route: &Route) -> Result<Caller, Problem> {
        let Some(authorization) = route.authorization.as_ref()? else {
            return Ok(Caller::Anyone);
        };
        match call.stage.deployed.authorizers.get(&authorization.authorizer) {
            None => Err(GatewayError::configuration().because("missing authorizer of the route")),
            Some(Authorizer::UserPools(authorizer)) => {
                let request = call.request;
                let claims = authorizer.authorize(
                    &request.headers,
                    &authorization.scopes,
                    &self.keys,
                    request.received,
                );
                Ok(Caller::User(claims.await?))
            }
            Some(Authorizer::Function(authorizer)) => self.admitted(call, authorizer).await,
        }
    }

    async fn admitted(&self, call: &Call<'_>, authorizer: &LambdaAuthorizer) -> Result<Caller, Problem> {
        let identity = request::identity(authorizer, call);
        let identity = identity.map_err(|why| GatewayError::unauthorized().because(why))?;
        let (stage, received) = (&call.stage.name, call.request.received);
        let (answer, took) = match authorizer.decisions.get(stage, &identity, received) {
            Some(answer) => (answer, Duration::ZERO),
            None => {
                let began = Instant::now();
                let answer = Arc::new(self.ask(call, authorizer, &identity).await?);
                authorizer
                    .decisions
                    .keep(stage, &identity, answer.clone(), received);
                (answer, began.elapsed())
            }
        };
        let decided = answer.decide(&request::method_arn(call), &request::conditions(call));
        decided.map_err(|(error, why)| {
            error.because(format!(
                "by the policy of function `{}`, {why}",
                authorizer.function.name
            ))
        })?;
        Ok(Caller::Admitted { answer, took })
    }

    /// Asks the function. It may take its time again for another request, so an error is not kept.
    async fn ask(
        &self,
        call: &Call<'_>,
        authorizer: &LambdaAuthorizer,
        identity: &[String],
    ) -> Result<Answer, Problem> {
        let reference = &authorizer.function;
        let failed = |why: String| {
            GatewayError::authorizer_configuration()
                .because(format!("authorizer `{}`: {why}", reference.name))
        };
        let source = format!("{}/authorizers/{}", call.api.execution_arn, authorizer.id);
        match &authorizer.invoked_by {
            InvokedBy::Permission if !self.permits(reference, &source) => {
                return Err(failed(format!("missing `aws_lambda_permission` for `{source}`")));
            }
            InvokedBy::Role { arn, allows: false } => {
                return Err(failed(format!(
                    "the role `{arn}` does not allow `lambda:InvokeFunction` on it"
                )));
            }
            InvokedBy::Permission | InvokedBy::Role { .. } => {}
        }
        let function = self.functions.get(&reference.name);
        let function = function
            .ok_or_else(|| failed("unknown function".to_owned()))?
            .as_ref()?;
        let event = request::event(authorizer, call, identity);
        let event = event.map_err(|error| failed(format!("can't create the event: {error}")))?;
        let trace = call.request.trace_with_parent();
        let outcome = function.invoke(reference.qualifier.as_deref(), trace, event.into());
        let outcome = tokio::time::timeout(TIMEOUT, outcome).await;
        let outcome = outcome.map_err(|_| failed(format!("no answer within {} s", TIMEOUT.as_secs())))?;
        match outcome.map_err(failed)? {
            Outcome::Result(result) => Answer::parse(&result).map_err(failed),
            Outcome::Error(error) if message(&error).as_deref() == Some("Unauthorized") => {
                Err(GatewayError::unauthorized().because(format!("function `{}` refused it", reference.name)))
            }
            Outcome::Error(error) => {
                // Quoted and cut: it is the function's text, whose own log has it whole.
                let error: String = String::from_utf8_lossy(&error).chars().take(500).collect();
                Err(failed(format!("it failed: {error:?}")))
            }
            Outcome::Throttled(why) => Err(failed(format!("it is throttled: {why}"))),
            Outcome::TooLarge => Err(failed("its answer is too large".to_owned())),
        }
    }
}

/// The message of an error as a runtime reports it.
fn message(error: &[u8]) -> Option<String> {
    let error: Value = serde_json::from_slice(error).ok()?;
    Some(error.get("errorMessage")?.as_str()?.to_owned())
}
