//! Routes: methods, what answers them, and the answer to a preflight.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::functions::surface::Called;
use crate::surface::resources::{Resources, map, optional, text, texts};
use crate::surface::types::{Preflight, Route, Uncertain};
use crate::surface::unknown::{missing_guard, missing_path};
use portcullis_foreign_text::words::code;
use portcullis_terraform_json::{self, Resource, plan};

/// What stands in a field that is uncertain.
const UNCERTAIN: &str = "?";

/// Every method of the REST API. What stands beside a method a second time is not accounted for. `unknown` is what a plan
/// leaves open.
pub(crate) fn routes(
    resources: &mut Resources<'_>,
    rest_api: &Resource,
    authorizers: &BTreeMap<String, String>,
    called: &Called,
    unknown: &[plan::Unknown],
) -> Vec<Route> {
    let paths = portcullis_terraform_json::paths(resources.all, text(rest_api, "root_resource_id"));
    let integrations = by_method(resources, "aws_api_gateway_integration", |_| true);
    let responses = by_method(resources, "aws_api_gateway_integration_response", |response| {
        text(response, "selection_pattern").is_empty()
    });
    let doubts = Doubts::new(resources, rest_api, unknown);
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
        let path = paths.get(text(method, "resource_id"));
        let uncertain = Uncertain {
            path: path.is_none().then(|| doubts.path(method, &paths)),
            auth_type: doubts.guard(method),
            integration: doubts.answer(integration),
        };
        let is_guarded = uncertain.auth_type.is_none();
        let field = |is_uncertain: bool, text: String| if is_uncertain { UNCERTAIN.into() } else { text };
        let kind = integration.map_or("", |found| text(found, "type"));
        let uri = integration.map_or("", |found| text(found, "uri"));
        let called = called.by_uri(uri);
        routes.push(Route {
            path: path.map_or_else(|| UNCERTAIN.into(), Clone::clone),
            method: optional(method, "http_method").unwrap_or_else(|| UNCERTAIN.into()),
            auth_type: field(!is_guarded, text(method, "authorization").into()),
            // One that is managed elsewhere has no name here.
            authorizer: optional(method, "authorizer_id")
                .filter(|_| is_guarded)
                .map(|id| authorizers.get(&id).cloned().unwrap_or(id)),
            scopes: Some(&method.values["authorization_scopes"])
                .filter(|_| is_guarded)
                .map_or_else(Vec::new, texts),
            api_key_required: method.values["api_key_required"] == Value::Bool(true),
            integration: field(uncertain.integration.is_some(), kind.into()),
            uri: (called.is_none() && kind != "MOCK" && !uri.is_empty()).then(|| uri.into()),
            qualifier: called.as_ref().and_then(|called| called.qualifier.clone()),
            function: called.map(|called| called.name),
            cors,
            uncertain,
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

/// Why routes are uncertain.
struct Doubts<'a> {
    unknown: &'a [plan::Unknown],
    /// Of every route, if a plan does not tell the OpenAPI body that stands beside them.
    body: Option<String>,
    /// What answers a route that has no integration, if a plan does not tell of which method an integration is.
    unattached: Option<String>,
}

impl<'a> Doubts<'a> {
    fn new(resources: &Resources<'_>, rest_api: &Resource, unknown: &'a [plan::Unknown]) -> Self {
        let of = |address: &str, attributes: &[&str]| find(unknown, address, attributes).map(reason);
        let mut integrations = resources.of("aws_api_gateway_integration");
        let unattached = integrations
            .find(|integration| !has_key(integration))
            .map(|integration| format!("{} may answer it", code(&integration.address)));
        let body = of(&rest_api.address, &["body"]);
        Self {
            unknown,
            body: body.map(|why| format!("an OpenAPI body stands beside it: {why}")),
            unattached,
        }
    }

    fn of(&self, resource: &Resource, attributes: &[&str]) -> Option<String> {
        find(self.unknown, &resource.address, attributes).map(reason)
    }

    /// Who may call a method.
    fn guard(&self, method: &Resource) -> Option<String> {
        let attributes = [
            "authorization",
            "authorizer_id",
            "authorization_scopes",
            "api_key_required",
            "http_method",
        ];
        // A path that is likely may be another route's.
        let is_likely = find(self.unknown, &method.address, &["resource_id"]).filter(|one| one.is_read);
        method
            .obstacle
            .clone()
            .or_else(|| self.body.clone())
            .or_else(|| self.of(method, &attributes))
            .or_else(|| is_likely.map(reason))
            .or_else(|| missing_guard(method))
    }

    /// What answers a method by its integration.
    fn answer(&self, integration: Option<&Resource>) -> Option<String> {
        let own = match integration {
            Some(integration) => {
                let attributes = ["type", "uri", "resource_id", "http_method"];
                integration
                    .obstacle
                    .clone()
                    .or_else(|| self.of(integration, &attributes))
            }
            None => self.unattached.clone(),
        };
        own.or_else(|| self.body.clone())
    }

    /// Where a method stands that has no path.
    fn path(&self, method: &Resource, paths: &BTreeMap<String, String>) -> String {
        self.of(method, &["resource_id"])
            .or_else(|| missing_path(method, paths))
            .unwrap_or_else(|| "nothing says its `resource_id`".to_owned())
    }
}

/// What a plan leaves open of a resource's attributes.
fn find<'a>(unknown: &'a [plan::Unknown], address: &str, attributes: &[&str]) -> Option<&'a plan::Unknown> {
    unknown
        .iter()
        .find(|one| one.address == address && attributes.contains(&one.attribute.as_str()))
}

fn reason(unknown: &plan::Unknown) -> String {
    let references: Vec<String> = unknown
        .references
        .iter()
        .map(|reference| code(reference))
        .collect();
    let depends = match references.as_slice() {
        [] => "is unknown before the apply".to_owned(),
        references => format!("depends on {}", references.join(", ")),
    };
    format!("{} {depends}: {}", code(&unknown.attribute), unknown.why)
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
