//! Integrations with their responses.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use regex::Regex;
use serde::Deserialize;

use super::{State, Texts, given, templates};
use crate::data_plane::api::{FunctionConfiguration, FunctionIntegration, Integration};
use crate::data_plane::content::ContentHandling;
use crate::data_plane::mock::{Mock, MockResponse};
use crate::data_plane::permission::FunctionReference;

#[derive(Deserialize)]
pub(super) struct IntegrationValues {
    pub(super) resource_id: String,
    pub(super) http_method: String,
    #[serde(rename = "type")]
    kind: String,
    uri: Option<String>,
    integration_http_method: Option<String>,
    credentials: Option<String>,
    content_handling: Option<String>,
    timeout_milliseconds: Option<u64>,
    request_templates: Option<Texts>,
    passthrough_behavior: Option<String>,
}

#[derive(Deserialize)]
struct ResponseValues<Parameter> {
    resource_id: String,
    http_method: String,
    status_code: String,
    selection_pattern: Option<String>,
    response_parameters: Option<BTreeMap<String, Parameter>>,
    response_templates: Option<Texts>,
    content_handling: Option<String>,
}

/// An integration, or why it is none here.
pub(super) fn integration(
    state: &State,
    values: &IntegrationValues,
    functions: &BTreeMap<String, FunctionConfiguration>,
) -> Result<Result<Integration, String>> {
    if values.kind == "MOCK" {
        return Ok(mock(state, values)?.map(Integration::Mock));
    }
    let uri = values.uri.as_deref().unwrap_or_default();
    if uri.contains("${stageVariables.") {
        return Ok(Err(format!(
            "its `uri` is `{uri}`, and stage variables in it are not replaced"
        )));
    }
    let arn = uri
        .split_once("/functions/")
        .and_then(|(_, rest)| rest.strip_suffix("/invocations"));
    let arn = match (values.kind.as_str(), arn) {
        ("AWS_PROXY", Some(arn)) => arn,
        // Tutorials write it: mapping templates make its event and its answer.
        ("AWS", Some(_)) => {
            return Ok(Err(
                "a Lambda integration of type `AWS` is not emulated, only `AWS_PROXY` is".to_owned(),
            ));
        }
        (kind, _) => {
            return Ok(Err(format!(
                "an integration of type `{kind}` with `{uri}` is not emulated"
            )));
        }
    };
    let content_handling = match ContentHandling::parse(values.content_handling.as_deref()) {
        Ok(content_handling) => content_handling,
        Err(why) => return Ok(Err(why)),
    };
    if given(values.credentials.clone()).is_some() {
        return Ok(Err(
            "the rights of the role in its `credentials` are not evaluated".to_owned(),
        ));
    }
    let function = FunctionReference::parse(arn);
    if !functions.contains_key(&function.name) {
        return Ok(Err(format!("its function `{arn}` is not in the state")));
    }
    Ok(Ok(Integration::Function(FunctionIntegration {
        function,
        content_handling,
        method: values.integration_http_method.clone().unwrap_or_default(),
        timeout: Duration::from_millis(values.timeout_milliseconds.unwrap_or(29_000)),
    })))
}

fn mock(state: &State, values: &IntegrationValues) -> Result<Result<Mock, String>> {
    let request_templates = match templates(values.request_templates.clone()) {
        Ok(templates) => templates,
        Err(why) => return Ok(Err(why)),
    };
    let content_handling = match ContentHandling::parse(values.content_handling.as_deref()) {
        Ok(content_handling) => content_handling,
        Err(why) => return Ok(Err(why)),
    };
    let strict = match values.passthrough_behavior.as_deref() {
        Some("NEVER") => true,
        Some("WHEN_NO_TEMPLATES") => !request_templates.is_empty(),
        _ => false,
    };
    let mut responses = Vec::new();
    let declared = state.all::<ResponseValues<bool>>("aws_api_gateway_method_response")?;
    for (address, response) in state.all::<ResponseValues<String>>("aws_api_gateway_integration_response")? {
        if (&response.resource_id, &response.http_method) != (&values.resource_id, &values.http_method) {
            continue;
        }
        let method_response =
            declared
                .iter()
                .map(|(_, method_response)| method_response)
                .find(|method_response| {
                    (
                        &method_response.resource_id,
                        &method_response.http_method,
                        &method_response.status_code,
                    ) == (
                        &response.resource_id,
                        &response.http_method,
                        &response.status_code,
                    )
                });
        let declares = |name: &str| {
            method_response
                .and_then(|method_response| method_response.response_parameters.as_ref())
                .is_some_and(|parameters| parameters.contains_key(name))
        };
        let parameters = response.response_parameters.unwrap_or_default();
        let headers = parameters
            .into_iter()
            .filter(|(name, _)| declares(name))
            .filter_map(|(name, expression)| {
                Some((
                    name.strip_prefix("method.response.header.")?.to_owned(),
                    expression,
                ))
            });
        let pattern =
            given(response.selection_pattern).map(|pattern| Regex::new(&format!("^(?:{pattern})$")));
        let Ok(pattern) = pattern.transpose() else {
            return Ok(Err(format!(
                "the selection pattern of `{address}` is not understood here"
            )));
        };
        let status = response
            .status_code
            .parse()
            .ok()
            .filter(|status| (200..=999).contains(status));
        let Some(status) = status else {
            return Ok(Err(format!(
                "`{address}` has the status `{}`",
                response.status_code
            )));
        };
        let headers = headers.collect();
        let content_handling = ContentHandling::parse(response.content_handling.as_deref());
        let templates = templates(response.response_templates);
        match content_handling.and_then(|content_handling| Ok((content_handling, templates?))) {
            Ok((content_handling, templates)) => responses.push(MockResponse {
                status,
                pattern,
                headers,
                templates,
                content_handling,
            }),
            Err(why) => return Ok(Err(format!("`{address}`: {why}"))),
        }
    }
    Ok(Ok(Mock {
        templates: request_templates,
        strict,
        content_handling,
        responses,
    }))
}
