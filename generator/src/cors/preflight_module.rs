//! `modules/preflight`: the answer to the question a browser asks before it calls from another origin.

use crate::cors::Cors;
use crate::hcl::{Block, Expression, Part, call, expression, literal, reference, string, template, value};
use crate::modules::module::{Module, Output, Variable, versions};
use crate::resources::{
    api_gateway_integration, api_gateway_integration_response, api_gateway_method,
    api_gateway_method_response,
};

/// Returns the blocks of this module that a deployment snapshots.
pub fn deployed(cors: &Cors) -> Vec<Block> {
    let methods = call("join", [string(","), reference("var.allow_methods")]);
    let headers = headers(cors, value("var.allow_origin"), Part::Value(methods));
    vec![
        api_gateway_method::preflight(),
        api_gateway_integration::preflight(),
        api_gateway_method_response::preflight(&headers),
        api_gateway_integration_response::preflight(&headers),
    ]
}

/// The headers of a preflight's answer, sorted.
pub fn headers(cors: &Cors, origin: Part, methods: Part) -> Vec<(&'static str, Expression)> {
    let Cors {
        allow_methods: _, // `methods`, of each path
        allow_headers: _, // `shared_headers`
        allow_credentials: _,
        max_age_seconds,
    } = cors;
    let mut headers = shared_headers(cors, origin);
    headers.push(("Access-Control-Allow-Methods", quoted(methods)));
    if let Some(seconds) = max_age_seconds {
        headers.push(("Access-Control-Max-Age", string(format!("'{seconds}'"))));
    }
    headers.sort_by_key(|(name, _)| *name);
    headers
}

/// The headers that preflights and errors share, sorted.
pub fn shared_headers(cors: &Cors, origin: Part) -> Vec<(&'static str, Expression)> {
    let mut headers = Vec::new();
    if cors.allow_credentials {
        headers.push(("Access-Control-Allow-Credentials", string("'true'")));
    }
    headers.push((
        "Access-Control-Allow-Headers",
        string(format!("'{}'", cors.allow_headers.join(","))),
    ));
    headers.push(("Access-Control-Allow-Origin", quoted(origin)));
    headers
}

/// API Gateway takes a static value in single quotes.
fn quoted(part: Part) -> Expression {
    template([literal("'"), part, literal("'")])
}

/// The variable of the origin, which an environment decides.
pub(crate) fn allow_origin() -> Variable {
    Variable::new(
        "allow_origin",
        "string",
        "Origin whose pages may call the API, `*` for all.",
    )
    .must_be(
        expression("var.allow_origin == \"*\" || can(regex(\"^https?://[^/ ,']+$\", var.allow_origin))"),
        "`*` or an origin, such as `https://app.example.com`",
    )
}

/// The module.
pub fn module(cors: &Cors) -> Module {
    let variable = Variable::new;
    Module {
        folder: "modules/preflight".into(),
        summary: "The answer to a path's preflight requests. It takes no token and calls no function.".into(),
        files: vec![("main.tf", deployed(cors)), ("versions.tf", versions())],
        variables: vec![
            variable("allow_methods", "list(string)", "Methods that pages may use."),
            allow_origin(),
            variable("resource_id", "string", "ID of the path's resource."),
            variable("rest_api_id", "string", "ID of the REST API."),
        ],
        outputs: vec![
            Output::new(
                "authorization",
                "Authorization of the preflight.",
                reference("aws_api_gateway_method.this.authorization"),
            ),
            Output::new(
                "http_method",
                "Method of the preflight.",
                reference("aws_api_gateway_method.this.http_method"),
            ),
            Output::new(
                "integration_type",
                "Type of the integration. `MOCK` calls no function.",
                reference("aws_api_gateway_integration.this.type"),
            ),
            Output::new(
                "resource_id",
                "ID of the path's resource.",
                reference("aws_api_gateway_method.this.resource_id"),
            ),
            Output::new(
                "response_parameters",
                "Headers of the response.",
                reference("aws_api_gateway_integration_response.this.response_parameters"),
            ),
        ],
    }
}
