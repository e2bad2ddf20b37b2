//! Integrations with their responses.

use std::collections::BTreeMap;

use portcullis_terraform_json::index::Part;
use portcullis_terraform_json::rest_api::{Integration as Applied, IntegrationResponse, Route};
use regex::Regex;

use super::answers::{emulated_header, templates};
use super::functions::referenced;
use crate::data_plane::api::{FunctionConfiguration, FunctionIntegration, Integration, Mock, MockResponse};
use crate::data_plane::content::ContentHandling;

/// Returns the integration of a route, or why it is not emulated.
pub(super) fn integration(
    route: &Route,
    applied: &Part<Applied>,
    functions: &BTreeMap<String, FunctionConfiguration>,
) -> Result<Integration, String> {
    if let Some(obstacle) = &applied.resource.obstacle {
        return Err(obstacle.clone());
    }
    if applied.kind == "MOCK" {
        return mock(route, applied).map(Integration::Mock);
    }
    let uri = applied.uri.as_deref().unwrap_or_default();
    if uri.contains("${stageVariables.") {
        return Err(format!("stage variables in its `uri` `{uri}` are not emulated"));
    }
    let arn = match (applied.kind.as_str(), applied.function_arn()) {
        ("AWS_PROXY", Some(arn)) => arn,
        // Tutorials write it: mapping templates make its event and its answer.
        ("AWS", Some(_)) => {
            return Err("a Lambda integration of type `AWS` is not emulated: use `AWS_PROXY`".to_owned());
        }
        (kind, _) => {
            return Err(format!(
                "an integration of type `{kind}` with `{uri}` is not emulated"
            ));
        }
    };
    let content_handling = ContentHandling::parse(applied.content_handling.as_deref())?;
    if applied.credentials.is_some() {
        return Err("the role in its `credentials` is not emulated".to_owned());
    }
    Ok(Integration::Function(FunctionIntegration {
        function: referenced(arn, functions)?,
        content_handling,
        method: applied.integration_http_method.clone().unwrap_or_default(),
        timeout: applied.timeout(),
    }))
}

fn mock(route: &Route, applied: &Applied) -> Result<Mock, String> {
    let templates = templates(&applied.request_templates)?;
    let content_handling = ContentHandling::parse(applied.content_handling.as_deref())?;
    let strict = match applied.passthrough_behavior.as_deref() {
        Some("NEVER") => true,
        Some("WHEN_NO_TEMPLATES") => !templates.is_empty(),
        _ => false,
    };
    let response = |part: &Part<IntegrationResponse>| {
        response(route, part).map_err(|why| format!("`{}`{why}", part.resource.address))
    };
    let responses: Result<Vec<MockResponse>, String> = route.responses.iter().map(response).collect();
    Ok(Mock {
        templates,
        strict,
        content_handling,
        responses: responses?,
    })
}

/// A response of a mock. An error goes on behind its address.
fn response(route: &Route, part: &Part<IntegrationResponse>) -> Result<MockResponse, String> {
    if let Some(obstacle) = &part.resource.obstacle {
        return Err(format!(": {obstacle}"));
    }
    let pattern = part.selection_pattern.as_ref();
    let pattern = pattern.map(|pattern| Regex::new(&format!("^(?:{pattern})$")));
    let pattern = pattern.transpose();
    let pattern = pattern.map_err(|_| ": its selection pattern is not supported".to_owned())?;
    let status = part.status_code.parse().ok();
    let status = status.filter(|status| (200..=999).contains(status));
    let status = status.ok_or_else(|| format!(" has the status `{}`", part.status_code))?;
    let mut declared = route.declared.iter();
    let declared = declared.find(|declared| declared.status_code == part.status_code);
    let declares =
        |name: &str| declared.is_some_and(|declared| declared.response_parameters.contains_key(name));
    let because = |why: String| format!(": {why}");
    let headers = part.response_parameters.iter();
    let headers = headers
        .filter(|(name, _)| declares(name))
        .map(|(key, text)| emulated_header(key, text, IntegrationResponse::HEADER));
    Ok(MockResponse {
        status,
        pattern,
        headers: headers.collect::<Result<_, _>>().map_err(because)?,
        templates: templates(&part.response_templates).map_err(because)?,
        content_handling: ContentHandling::parse(part.content_handling.as_deref()).map_err(because)?,
    })
}
