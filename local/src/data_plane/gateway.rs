//! The pipeline: request → response. Each stage is a part of its own; this file is their order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::api::{Api, FunctionIntegration, Integration, Parameter};
use super::authorizer::{KeyRing, Refusal};
use super::call::Call;
use super::claims::Claims;
use super::event;
use super::function::Function;
use super::gateway_error::GatewayError;
use super::guardian::Guardian;
use super::message::{Request, Response};
use super::result;
use super::router::PathParameters;
use super::runtime_api::Outcome;

/// The largest event that Lambda takes in bytes. Source: Lambda's quotas, 6 MB and a little.
const EVENT_LIMIT: usize = 6_291_556;

/// An applied API with all it needs to answer.
pub struct Gateway {
    /// The API.
    pub api: Api,
    /// Keys of the issuers that guarded routes take tokens of.
    pub keys: KeyRing,
    /// Functions by name.
    pub functions: BTreeMap<String, Arc<Function>>,
    /// What ends their processes if this one cannot.
    pub guardian: Arc<Guardian>,
}

/// An answer, and what the log should say of it.
pub struct Answer {
    /// What the client gets.
    pub response: Response,
    /// Why it is not what the client hoped for.
    pub remark: Option<String>,
}

/// An error of the gateway's with its reason, which only the log tells.
struct Problem {
    error: GatewayError,
    remark: Option<String>,
}

impl From<GatewayError> for Problem {
    fn from(error: GatewayError) -> Self {
        Self { error, remark: None }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self {
            error: refusal.error,
            remark: Some(refusal.reason),
        }
    }
}

impl GatewayError {
    fn because(self, reason: impl Into<String>) -> Problem {
        Problem {
            error: self,
            remark: Some(reason.into()),
        }
    }
}

impl Gateway {
    /// Answers a request.
    pub async fn handle(&self, request: &Request) -> Answer {
        let (stage, path) = split_stage(&request.path);
        let Some(stage) = self.api.stages.get(stage) else {
            let stages: Vec<&str> = self.api.stages.keys().map(String::as_str).collect();
            let remark = format!("no stage `{stage}`, there is `{}`", stages.join("`, `"));
            return Answer {
                response: GatewayError::forbidden().plain(request),
                remark: Some(remark),
            };
        };
        let method = request
            .headers
            .get("X-HTTP-Method-Override")
            .unwrap_or(&request.method);
        let found = self.api.router.find(&path, method);
        let (route, parameters) = found.map_or((None, PathParameters::new()), |(route, parameters)| {
            (Some(route), parameters)
        });
        let wants_key = route.is_some_and(|route| route.api_key_required);
        let sent = request.headers.get("x-api-key").filter(|_| wants_key);
        let api_key = stage.api_keys.iter().find(|key| sent == Some(key.value.as_str()));
        let call = Call {
            api: &self.api.identity,
            stage,
            request,
            method,
            path: &path,
            route,
            parameters,
            api_key,
        };
        match self.answer(&call).await {
            Ok(response) => Answer {
                response,
                remark: None,
            },
            Err(Problem { error, remark }) => Answer {
                response: self.api.gateway_responses.answer(&error, &call),
                remark,
            },
        }
    }

    async fn answer(&self, call: &Call<'_>) -> Result<Response, Problem> {
        let Some(route) = call.route else {
            let reason = format!("no route `{} {}`", call.method, call.path);
            return Err(GatewayError::missing_authentication_token().because(reason));
        };
        if let Integration::Unsupported(why) = &route.integration {
            return Err(GatewayError::not_emulated(why).because(why));
        }
        let claims = self.claims(call).await?;
        if route.api_key_required && call.api_key.is_none() {
            let reason = format!("no key of stage `{}` in the header `x-api-key`", call.stage.name);
            return Err(GatewayError::invalid_api_key().because(reason));
        }
        missing_parameters(call, &route.required)?;
        match &route.integration {
            Integration::Mock(mock) => Ok(mock.answer(call)?),
            Integration::Function(integration) => self.invoke(call, integration, claims.as_ref()).await,
            Integration::Unsupported(why) => Err(GatewayError::not_emulated(why).into()),
        }
    }

    /// The claims of who asks, on a guarded route.
    async fn claims(&self, call: &Call<'_>) -> Result<Option<Claims>, Problem> {
        let Some(authorization) = call.route.and_then(|route| route.authorization.as_ref()) else {
            return Ok(None);
        };
        let Some(authorizer) = self.api.authorizers.get(&authorization.authorizer) else {
            return Err(GatewayError::configuration().because("the authorizer of the route is not there"));
        };
        let request = call.request;
        let claims = authorizer.authorize(
            &request.headers,
            &authorization.scopes,
            &self.keys,
            request.received,
        );
        Ok(Some(claims.await?))
    }

    async fn invoke(
        &self,
        call: &Call<'_>,
        integration: &FunctionIntegration,
        claims: Option<&Claims>,
    ) -> Result<Response, Problem> {
        let reference = &integration.function;
        if integration.method != "POST" {
            let reason = format!(
                "the integration method is `{}`, and a function takes `POST`",
                integration.method
            );
            return Err(GatewayError::configuration().because(reason));
        }
        let source = call.method_arn();
        if !self
            .api
            .permissions
            .iter()
            .any(|permission| permission.allows(reference, &source))
        {
            let reason = format!(
                "no `aws_lambda_permission` lets `{source}` invoke `{}`",
                reference.name
            );
            return Err(GatewayError::configuration().because(reason));
        }
        let Some(function) = self.functions.get(&reference.name) else {
            return Err(GatewayError::configuration().because(format!("no function `{}`", reference.name)));
        };
        let binary = &self.api.binary_media_types;
        let event = event::event(call, claims, binary)
            .map_err(|error| GatewayError::configuration().because(format!("no event: {error}")))?;
        if event.len() > EVENT_LIMIT {
            return Err(
                GatewayError::event_too_large().because(format!("the event has {} bytes", event.len()))
            );
        }
        let invoked = Instant::now();
        let outcome = function.invoke(reference.qualifier.as_deref(), call.request.trace(), event.into());
        let outcome = tokio::time::timeout(integration.timeout, outcome).await;
        tracing::debug!(
            "{}: {:.3} ms in the function",
            call.request.ids.request,
            invoked.elapsed().as_secs_f64() * 1_000.0
        );
        let outcome = outcome.map_err(|_| {
            GatewayError::timed_out()
                .because(format!("no result within {} ms", integration.timeout.as_millis()))
        })?;
        let answer = match outcome {
            Ok(Outcome::Result(result)) => result::response(&result, call.request, binary),
            Ok(Outcome::Error(error)) => Err(format!(
                "the function failed: {}",
                String::from_utf8_lossy(&error)
            )),
            Ok(Outcome::TooLarge) => Err(format!("its result is over {} bytes", result::RESULT_LIMIT)),
            Err(why) => Err(why),
        };
        answer.map_err(|why| GatewayError::bad_gateway().because(why))
    }
}

/// The stage, and the path behind it with one slash in front.
fn split_stage(path: &str) -> (&str, String) {
    let path = path.trim_start_matches('/');
    let (stage, rest) = path.split_once('/').unwrap_or((path, ""));
    (stage, format!("/{}", rest.trim_start_matches('/')))
}

fn missing_parameters(call: &Call, required: &[Parameter]) -> Result<(), GatewayError> {
    if required.is_empty() {
        return Ok(());
    }
    let query = call.query();
    let missing = required.iter().filter_map(|parameter| match parameter {
        // Recorded: the case of a header's name counts here.
        Parameter::Header(name) => {
            let there = call
                .request
                .headers
                .iter()
                .any(|(other, value)| other == name && !value.is_empty());
            (!there).then_some(name)
        }
        Parameter::Query(name) => (!query.iter().any(|(other, _)| other == name)).then_some(name),
        Parameter::Path(name) => (!call.parameters.contains_key(name)).then_some(name),
    });
    let missing: Vec<&str> = missing.map(String::as_str).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(GatewayError::missing_parameters(&missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stage_is_the_first_segment_and_leading_slashes_collapse() {
        assert_eq!(split_stage("/v1"), ("v1", "/".into()));
        assert_eq!(split_stage("/v1/"), ("v1", "/".into()));
        assert_eq!(split_stage("/v1//a//b/"), ("v1", "/a//b/".into()));
        assert_eq!(split_stage("/"), ("", "/".into()));
    }
}
