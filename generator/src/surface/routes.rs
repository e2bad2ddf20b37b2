//! Routes: methods, what answers them, and the answer to a preflight.

use std::collections::BTreeMap;

use serde_json::Value;

use super::functions::Called;
use super::resources::{Resources, map, optional, text, texts};
use super::types::{Preflight, Route};
use crate::state::{self, Resource};

/// Every method of the REST API. What stands beside a method a second time is not accounted for.
pub(super) fn routes(
    resources: &mut Resources<'_>,
    rest_api: &Resource,
    authorizers: &BTreeMap<String, String>,
    called: &Called,
) -> Vec<Route> {
    let paths = state::paths(resources.all, text(rest_api, "root_resource_id"));
    let integrations = by_method(resources, "aws_api_gateway_integration", |_| true);
    let responses = by_method(resources, "aws_api_gateway_integration_response", |response| {
        text(response, "selection_pattern").is_empty()
    });
    let methods: Vec<&Resource> = resources.of("aws_api_gateway_method").collect();
    let mut routes = Vec::new();
    for method in methods {
        let integration = integrations.get(&method_key(method)).copied();
        let response = responses.get(&method_key(method)).copied();
        let cors = response.and_then(preflight);
        resources.account(method);
        integration.into_iter().for_each(|found| resources.account(found));
        response
            .filter(|_| cors.is_some())
            .into_iter()
            .for_each(|found| resources.account(found));
        let kind = integration.map_or("", |found| text(found, "type"));
        let uri = integration.map_or("", |found| text(found, "uri"));
        let called = called.by_uri(uri);
        routes.push(Route {
            path: paths
                .get(text(method, "resource_id"))
                .cloned()
                .unwrap_or_else(|| "?".into()),
            method: optional(method, "http_method").unwrap_or_else(|| "?".into()),
            auth_type: optional(method, "authorization").unwrap_or_else(|| "?".into()),
            // One that is managed elsewhere has no name here.
            authorizer: optional(method, "authorizer_id")
                .map(|id| authorizers.get(&id).cloned().unwrap_or(id)),
            scopes: texts(&method.values["authorization_scopes"]),
            api_key_required: method.values["api_key_required"] == Value::Bool(true),
            integration: kind.into(),
            uri: (called.is_none() && kind != "MOCK" && !uri.is_empty()).then(|| uri.into()),
            qualifier: called.as_ref().and_then(|called| called.qualifier.clone()),
            function: called.map(|called| called.name),
            cors,
        });
    }
    for kind in ["aws_api_gateway_resource", "aws_api_gateway_method_response"] {
        let narrow: Vec<&Resource> = resources.of(kind).collect();
        narrow.into_iter().for_each(|found| resources.account(found));
    }
    // Of which method it is, a plan leaves open, and says so.
    let open: Vec<&Resource> = resources
        .of("aws_api_gateway_integration")
        .filter(|integration| !has_key(integration))
        .collect();
    open.into_iter().for_each(|found| resources.account(found));
    routes
}

/// What a method shares with its integration and their responses.
fn method_key(resource: &Resource) -> (&str, &str) {
    (text(resource, "resource_id"), text(resource, "http_method"))
}

/// Whether it is known of which method a resource is.
fn has_key(resource: &Resource) -> bool {
    let (resource_id, http_method) = method_key(resource);
    !resource_id.is_empty() && !http_method.is_empty()
}

/// One resource of a type for each method.
fn by_method<'a>(
    resources: &Resources<'a>,
    kind: &'static str,
    is_meant: impl Fn(&Resource) -> bool,
) -> BTreeMap<(&'a str, &'a str), &'a Resource> {
    resources
        .of(kind)
        .filter(|resource| has_key(resource) && is_meant(resource))
        .map(|resource| (method_key(resource), resource))
        .collect()
}

/// What a mock answers to a preflight: static values in single quotes.
fn preflight(response: &Resource) -> Option<Preflight> {
    let mut headers = map(&response.values["response_parameters"], "method.response.header.");
    let mut taken = |name: &str| {
        let value = headers.remove(&format!("Access-Control-{name}"))?;
        let inner = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        Some(inner.unwrap_or(&value).to_owned())
    };
    let list = |text: Option<String>| -> Vec<String> {
        let text = text.unwrap_or_default();
        let items = text.split(',').map(|item| item.trim().to_owned());
        items.filter(|item| !item.is_empty()).collect()
    };
    let preflight = Preflight {
        allow_origin: taken("Allow-Origin")?,
        allow_methods: list(taken("Allow-Methods")),
        allow_headers: list(taken("Allow-Headers")),
        allow_credentials: taken("Allow-Credentials").is_some_and(|value| value == "true"),
        max_age_seconds: taken("Max-Age").and_then(|seconds| seconds.parse().ok()),
        other_headers: BTreeMap::new(),
    };
    Some(Preflight {
        other_headers: headers,
        ..preflight
    })
}
