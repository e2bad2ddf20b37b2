//! The pipeline: request → response. Each stage is a part of its own; this file is their order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::access_log::{self, AccessLogs, Trail};
use super::api::{Api, Emulated, FunctionIntegration, Integration, NotEmulated, Route};
use super::authorizer::{KeyRing, Refusal};
use super::aws::Aws;
use super::aws_signature;
use super::call::Call;
use super::caller::Caller;
use super::event;
use super::events::sources::Sources;
use super::function::Function;
use super::function::guardian::Guardian;
use super::function::runtime_api::Outcome;
use super::gateway_error::GatewayError;
use super::limits::usage_plan::StageMethod;
use super::limits::{Exceeded, Limits};
use super::message::{Request, Response};
use super::more_open::MoreOpen;
use super::result::{self, Fault};
use super::validation;
use portcullis_terraform_json::lambda::FunctionReference;
use portcullis_terraform_json::router::PathParameters;

mod authorization;

/// The message of a failed integration in an access log. AWS documents no values:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html>
const INTEGRATION_ERROR: &str = "the integration failed";

/// The largest event that Lambda takes in bytes. Source: Lambda's quotas, 6 MB and a little.
const EVENT_LIMIT: usize = 6_291_556;

/// An applied API with all it needs to answer.
pub struct Gateway {
    /// The API.
    pub api: Api,
    /// The access logs of its stages.
    pub access_logs: AccessLogs,
    /// Addresses in the state that changed since each deployment, by its id. The former version is served.
    pub undeployed: BTreeMap<String, Vec<String>>,
    /// Deployments that let in more than the state, by id.
    pub more_open: BTreeMap<String, MoreOpen>,
    /// Counters for throttling and quotas, which gateways before and after a reload share.
    pub limits: Arc<Limits>,
    /// Keys of the issuers that guarded routes take tokens of.
    pub keys: KeyRing,
    /// The functions that routes need, by name.
    pub functions: BTreeMap<String, Emulated<Arc<Function>>>,
    /// The sources that send events to functions.
    pub events: Sources,
    /// The listener of what they call.
    pub aws: Arc<Aws>,
    /// The guardian, which ends their processes if this one can't.
    pub guardian: Arc<Guardian>,
}

/// An answer, and what the log should say of it.
pub struct Answer {
    /// The response to the client.
    pub response: Response,
    /// The reason of an error, for the log.
    pub remark: Option<String>,
}

/// An error of the gateway's with its reason, which only the log tells.
struct Problem {
    error: GatewayError,
    remark: Option<String>,
}

impl From<GatewayError> for Problem {
    fn from(error: GatewayError) -> Self {
        let remark = error.validation.clone();
        Self { error, remark }
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

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        fault.error.because(fault.reason)
    }
}

impl From<&NotEmulated> for Problem {
    fn from(NotEmulated(why): &NotEmulated) -> Self {
        GatewayError::not_emulated(why).because(why)
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
        let size: usize = request.headers.iter().map(|(_, value)| value.len()).sum();
        if size > super::HEADER_LIMIT {
            return Answer {
                response: GatewayError::header_too_large().plain(request),
                remark: Some(format!("the values of its headers have {size} bytes")),
            };
        }
        let (stage, path) = split_stage(&request.path);
        let Some(stage) = self.api.stages.get(stage) else {
            let stages: Vec<&str> = self.api.stages.keys().map(String::as_str).collect();
            let remark = format!("unknown stage `{stage}`: the API has `{}`", stages.join("`, `"));
            return Answer {
                response: GatewayError::forbidden().plain(request),
                remark: Some(remark),
            };
        };
        let method = request
            .headers
            .get("X-HTTP-Method-Override")
            .unwrap_or(&request.method);
        let found = stage.deployed.router.find(&path, method);
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
        let mut trail = Trail::new();
        let (response, problem) = match self.answer(&call, &mut trail).await {
            Ok(response) => (response, None),
            Err(problem) => {
                let response = stage.deployed.gateway_responses.answer(&problem.error, &call);
                (response, Some(problem))
            }
        };
        if let (Some(format), Some(log)) = (&stage.access_log, self.access_logs.get(&stage.name)) {
            let error = problem.as_ref().map(|problem| &problem.error);
            let line = access_log::line(format, &call, &trail, &response, error);
            log.write(line.as_bytes()).await;
        }
        Answer {
            response,
            remark: problem.and_then(|problem| problem.remark),
        }
    }

    async fn answer(&self, call: &Call<'_>, trail: &mut Trail) -> Result<Response, Problem> {
        let Some(route) = call.route else {
            let reason = format!("unknown route `{} {}`", call.method, call.path);
            return Err(aws_signature::of_unknown_path(&call.request.headers).because(reason));
        };
        // This order also applies to parts that are not emulated: authorization protects everything behind it. The
        // authorizer goes first, because it can return the API key (`api_key_source`):
        // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html. The key and its
        // plan come before parameters and body, as in AWS's execution logs: «Usage Plan check succeeded» precedes
        // «Starting execution for request». The position of the stage's limits, after the authorizer, is from memory.
        let caller = self.caller(call, route).await;
        let caller = caller.inspect_err(|problem| trail.refused(&problem.error))?;
        if call.stage.access_log.is_some() {
            trail.admitted(&caller);
        }
        route.admission.as_ref()?;
        if route.api_key_required && call.api_key.is_none() {
            let reason = format!(
                "missing API key of stage `{}` in the header `x-api-key`",
                call.stage.name
            );
            return Err(GatewayError::invalid_api_key().because(reason));
        }
        self.admit(call, route)?;
        validation::parameters(call, &route.required)?;
        validation::body(call, route.models.as_ref()?)?;
        match route.integration.as_ref()? {
            Integration::Mock(mock) => Ok(mock.answer(call)?),
            Integration::Function(integration) => {
                let began = Instant::now();
                let answer = self.invoke(call, integration, &caller).await;
                // The reason may quote the function's own error, which may contain what a caller sent.
                let error = answer.as_ref().err().map(|_| INTEGRATION_ERROR.to_owned());
                trail.integrated(began.elapsed(), error);
                answer
            }
        }
    }

    /// Counts the call. Fails if a limit is exceeded.
    fn admit(&self, call: &Call<'_>, route: &Route) -> Result<(), Problem> {
        let method = StageMethod {
            stage: call.stage.name.clone(),
            resource_path: route.resource_path.clone(),
            method: route.http_method.clone(),
        };
        let client = call
            .api_key
            .and_then(|key| Some((key, self.api.usage_plans.get(&key.usage_plan)?)));
        let throttle = call.stage.throttles.get(&method).copied();
        let admitted = self
            .limits
            .admit(&method, client, throttle, call.request.received);
        admitted.map_err(|exceeded| match exceeded {
            Exceeded::Throttle(reason) => GatewayError::throttled().because(reason),
            Exceeded::Quota(reason) => GatewayError::quota_exceeded().because(reason),
        })
    }

    /// Returns whether a function has a permission for the caller with the ARN `source`.
    fn permits(&self, function: &FunctionReference, source: &str) -> bool {
        let permissions = self.api.permissions.get(&function.name);
        let mut permissions = permissions.into_iter().flatten();
        permissions.any(|permission| permission.allows(function, source))
    }

    async fn invoke(
        &self,
        call: &Call<'_>,
        integration: &FunctionIntegration,
        caller: &Caller,
    ) -> Result<Response, Problem> {
        let reference = &integration.function;
        if integration.method != "POST" {
            let reason = format!(
                "the integration method must be `POST`, but it is `{}`",
                integration.method
            );
            return Err(GatewayError::configuration().because(reason));
        }
        let source = call.method_arn();
        if !self.permits(reference, &source) {
            let reason = format!(
                "missing `aws_lambda_permission` for `{source}` to invoke `{}`",
                reference.name
            );
            return Err(GatewayError::configuration().because(reason));
        }
        let Some(function) = self.functions.get(&reference.name) else {
            return Err(
                GatewayError::configuration().because(format!("unknown function `{}`", reference.name))
            );
        };
        let function = function.as_ref()?;
        let binary = &call.stage.deployed.binary_media_types;
        let payload = integration.content_handling;
        let payload = payload.request(&call.request.body, call.has_binary_body(binary));
        let event = event::event(call, caller, payload.map_err(Fault::configuration)?).map_err(|error| {
            GatewayError::configuration().because(format!("can't create the event: {error}"))
        })?;
        if event.len() > EVENT_LIMIT {
            return Err(
                GatewayError::event_too_large().because(format!("the event has {} bytes", event.len()))
            );
        }
        let trace = call.request.trace_with_parent();
        let invoked = Instant::now();
        let outcome = function.invoke(reference.qualifier.as_deref(), trace, event.into());
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
            Ok(Outcome::Error(error)) => {
                // Quoted and cut: it is the function's text, whose own log has it whole.
                let error: String = String::from_utf8_lossy(&error).chars().take(500).collect();
                Err(format!("the function failed: {error:?}").into())
            }
            Ok(Outcome::Throttled(why)) => Err(Fault {
                error: GatewayError::integration_failure(),
                reason: format!("function `{}` is throttled: {why}", reference.name),
            }),
            Ok(Outcome::TooLarge) => {
                Err(format!("its result must have at most {} bytes", result::RESULT_LIMIT).into())
            }
            Err(why) => Err(why.into()),
        };
        Ok(answer?)
    }
}

/// The stage, and the path behind it with one slash in front.
fn split_stage(path: &str) -> (&str, String) {
    let path = path.trim_start_matches('/');
    let (stage, rest) = path.split_once('/').unwrap_or((path, ""));
    (stage, format!("/{}", rest.trim_start_matches('/')))
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
