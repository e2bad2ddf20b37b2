//! Routes: methods, what answers them, and the answer to a preflight.

use std::collections::BTreeMap;

use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::expression::Expression;
use portcullis_terraform_json::index::Part;
use portcullis_terraform_json::rest_api::{self as applied, Integration, IntegrationResponse, Snapshot};
use portcullis_terraform_json::{Resource, plan};

use crate::functions::surface::Called;
use crate::surface::resources::{Resources, without};
use crate::surface::types::{Preflight, Route, Uncertain};
use crate::surface::unknown::{Open, missing_guard, missing_path};
use crate::throttling::surface::of_applied;

/// The text of an uncertain field.
const UNCERTAIN: &str = "?";

/// Returns every method of the REST API. A second resource for the same part of a method is not accounted for. `open`
/// contains the open values of a plan, and `throttle` returns the limits of a path and method.
pub(crate) fn routes<'a>(
    resources: &mut Resources<'a>,
    snapshot: &Snapshot<'a>,
    authorizers: &BTreeMap<String, String>,
    called: &Called,
    open: &Open<'_>,
    throttle: impl Fn(&str, &str) -> Option<applied::Throttle>,
) -> Vec<Route> {
    let doubts = Doubts::new(snapshot, open);
    let mut routes = Vec::new();
    for applied in &snapshot.routes {
        let applied::Route {
            path,
            method,
            integration,
            responses: _,
            declared: _,
        } = applied;
        let response = applied.default_response();
        let cors = response.and_then(|response| preflight(response));
        resources.account(method.resource);
        if let Some(integration) = integration {
            resources.account(integration.resource);
        }
        if let Some(response) = response.filter(|_| cors.is_some()) {
            resources.account(response.resource);
        }
        let uncertain = Uncertain {
            path: path.is_none().then(|| doubts.path(method, snapshot)),
            auth_type: doubts.guard(method),
            integration: doubts.answer(integration.as_ref()),
        };
        let is_guarded = uncertain.auth_type.is_none();
        let uncertain_or = |is_uncertain: bool, text: &str| match (is_uncertain, text) {
            (true, _) => UNCERTAIN.to_owned(),
            (false, text) => text.to_owned(),
        };
        let kind = integration
            .as_ref()
            .map_or("", |integration| integration.kind.as_str());
        let uri = integration
            .as_ref()
            .and_then(|integration| integration.uri.clone());
        let called = uri.as_ref().and_then(|uri| called.by_uri(uri));
        routes.push(Route {
            path: path.clone().unwrap_or_else(|| UNCERTAIN.into()),
            method: uncertain_or(method.http_method.is_empty(), &method.http_method),
            auth_type: uncertain_or(!is_guarded, &method.authorization),
            // One that is managed elsewhere has no name here.
            authorizer: method
                .authorizer_id
                .as_ref()
                .filter(|_| is_guarded)
                .map(|id| authorizers.get(id).unwrap_or(id).clone()),
            scopes: if is_guarded {
                method.authorization_scopes.clone()
            } else {
                Vec::new()
            },
            api_key_required: method.api_key_required,
            throttle: path
                .as_deref()
                .and_then(|path| throttle(path, &method.http_method))
                .map(of_applied),
            integration: uncertain_or(uncertain.integration.is_some(), kind),
            uri: uri.filter(|_| called.is_none() && kind != "MOCK"),
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
    for integration in &snapshot.unattached {
        resources.account(integration.resource);
    }
    routes
}

/// The reasons why routes are uncertain.
struct Doubts<'a> {
    open: &'a Open<'a>,
    /// Of every route, if a plan does not tell the OpenAPI body that stands beside them.
    body: Option<String>,
    /// The possible answer of a route without an integration, if a plan does not tell which method an integration
    /// belongs to.
    unattached: Option<String>,
}

impl<'a> Doubts<'a> {
    fn new(snapshot: &Snapshot<'_>, open: &'a Open<'a>) -> Self {
        let unattached = snapshot.unattached.first();
        let body = open.find(snapshot.settings.resource, &["body"]).map(reason);
        Self {
            open,
            body: body.map(|why| format!("there is also an OpenAPI body: {why}")),
            unattached: unattached.map(|one| format!("{} may answer it", code(&one.resource.address))),
        }
    }

    fn of(&self, resource: &Resource, attributes: &[&str]) -> Option<String> {
        self.open.find(resource, attributes).map(reason)
    }

    /// Returns the reason why a method's callers are uncertain.
    fn guard(&self, method: &Part<'_, applied::Method>) -> Option<String> {
        let attributes = [
            "authorization",
            "authorizer_id",
            "authorization_scopes",
            "api_key_required",
            "http_method",
        ];
        let resource = method.resource;
        // A path that is likely may be another route's.
        let is_likely = self
            .open
            .find(resource, &["resource_id"])
            .filter(|one| one.is_read);
        resource
            .obstacle
            .clone()
            .or_else(|| self.body.clone())
            .or_else(|| self.of(resource, &attributes))
            .or_else(|| is_likely.map(reason))
            .or_else(|| missing_guard(method))
    }

    /// Returns the reason why the answer of a method's integration is uncertain.
    fn answer(&self, integration: Option<&Part<'_, Integration>>) -> Option<String> {
        let own = match integration {
            Some(integration) => {
                let attributes = ["type", "uri", "resource_id", "http_method"];
                let resource = integration.resource;
                resource
                    .obstacle
                    .clone()
                    .or_else(|| self.of(resource, &attributes))
            }
            None => self.unattached.clone(),
        };
        own.or_else(|| self.body.clone())
    }

    /// Returns the reason why a method's path is unknown.
    fn path(&self, method: &Part<'_, applied::Method>, snapshot: &Snapshot<'_>) -> String {
        self.of(method.resource, &["resource_id"])
            .or_else(|| missing_path(method, &snapshot.paths))
            .unwrap_or_else(|| "missing `resource_id`".to_owned())
    }
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

/// Returns the answer of a mock to a preflight. A header that a request fills stands among the others, as API Gateway
/// takes it.
fn preflight(response: &IntegrationResponse) -> Option<Preflight> {
    let mut headers = without(&response.response_parameters, IntegrationResponse::HEADER);
    let mut taken = |name: &str| {
        let name = format!("Access-Control-{name}");
        match Expression::parse(headers.get(&name)?) {
            Ok(Expression::Static(text)) => headers.remove(&name).map(|_| text),
            _ => None,
        }
    };
    let list = |text: Option<String>| -> Vec<String> {
        let text = text.unwrap_or_default();
        let items = text.split(',').map(|item| item.trim().to_owned());
        items.filter(|item| !item.is_empty()).collect()
    };
    let allow_origin = taken("Allow-Origin");
    let preflight = Preflight {
        allow_origin: String::new(),
        allow_methods: list(taken("Allow-Methods")),
        allow_headers: list(taken("Allow-Headers")),
        allow_credentials: taken("Allow-Credentials").is_some_and(|value| value == "true"),
        max_age_seconds: taken("Max-Age").and_then(|seconds| seconds.parse().ok()),
        other_headers: BTreeMap::new(),
    };
    Some(Preflight {
        allow_origin: allow_origin.or_else(|| headers.remove("Access-Control-Allow-Origin"))?,
        other_headers: headers,
        ..preflight
    })
}
